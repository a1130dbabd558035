"""Weights of a small network as C++ to be compiled in: a function that gives an nn::Weights."""


def write(path, header, function, script, tensors):
    """`tensors` by name, numpy, as safetensors.rounded gives them."""
    lines = [f"// Written by {script}; don't edit.", "// clang-format off", f'#include "{header}"', "", "namespace rinse {", "", "namespace {", ""]
    adds = []

    def add(name, values, kind):
        array = "k" + "".join(p.capitalize() for p in name.replace(".", "_").split("_"))
        numbers = ", ".join(str(int(v)) if kind == "int8_t" else f"{v:.7g}f" if "." in f"{v:.7g}" or "e" in f"{v:.7g}" else f"{v:.7g}.0f" for v in values.ravel())
        lines.append(f"constexpr {kind} {array}[] = {{{numbers}}};")
        shape = ", ".join(map(str, values.shape))
        adds.append(f'    w.add("{name}", {{nn::Type::{"i8" if kind == "int8_t" else "f32"}, {{{shape}}}, std::as_bytes(std::span({array}))}});')

    for name, value in tensors.items():
        add(name, value, "int8_t" if value.dtype == "int8" else "float")
    lines += ["", "}  // namespace", "", f"const nn::Weights& {function}() {{", "  static const nn::Weights all = [] {", "    nn::Weights w;", *adds, "    return w;", "  }();", "  return all;", "}", "", "}  // namespace rinse", ""]
    with open(path, "w") as f:
        f.write("\n".join(lines))
