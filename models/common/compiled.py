"""Weights of a small network as C++ to be compiled in: a function that gives an nn::Weights."""
import safetensors


def write(path, header, function, script, tensors):
    """`tensors` by name, numpy; matrices of 256 weights and more become int8 with a scale for each row."""
    lines = [f"// Written by {script}; don't edit.", "// clang-format off", f'#include "{header}"', "", "namespace rinse {", "", "namespace {", ""]
    adds = []

    def add(name, values, kind):
        array = "k" + "".join(p.capitalize() for p in name.replace(".", "_").split("_"))
        numbers = ", ".join(str(int(v)) if kind == "int8_t" else f"{v:.7g}f" if "." in f"{v:.7g}" or "e" in f"{v:.7g}" else f"{v:.7g}.0f" for v in values.ravel())
        lines.append(f"constexpr {kind} {array}[] = {{{numbers}}};")
        shape = ", ".join(map(str, values.shape))
        adds.append(f'    w.add("{name}", {{nn::Type::{"i8" if kind == "int8_t" else "f32"}, {{{shape}}}, std::as_bytes(std::span({array}))}});')

    for name, value in tensors.items():
        if value.ndim > 1 and value.size >= 256:
            q, scale = safetensors.quantize(value)
            add(name, q, "int8_t"), add(name + ".scale", scale, "float")
        else:
            add(name, value, "float")
    lines += ["", "}  // namespace", "", f"const nn::Weights& {function}() {{", "  static const nn::Weights all = [] {", "    nn::Weights w;", *adds, "    return w;", "  }();", "  return all;", "}", "", "}  // namespace rinse", ""]
    with open(path, "w") as f:
        f.write("\n".join(lines))


def named(net, names):
    """The tensors of a module, under the core's names: {"inside.": "in."}; those of a GRU without their `_l0`."""
    out = {}
    for key, value in net.state_dict().items():
        prefix = next(p for p in names if key.startswith(p))
        out[names[prefix] + key[len(prefix):].replace("_l0", "")] = value.detach().numpy()
    return out
