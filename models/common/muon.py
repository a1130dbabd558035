"""Muon (Jordan et al. 2024): the momentum of a matrix, made orthogonal by Newton-Schulz steps; AdamW for what is no matrix and for a network's ends."""
import torch


def orthogonal(g, steps=5):
    a, b, c = 3.4445, -4.7750, 2.0315
    x = g / (g.norm() + 1e-7)
    flip = x.shape[0] > x.shape[1]
    if flip:
        x = x.T
    for _ in range(steps):
        y = x @ x.T
        x = a * x + (b * y + c * y @ y) @ x
    return x.T if flip else x


class Muon(torch.optim.Optimizer):
    def __init__(self, named, ends, lr, momentum=0.98, betas=(0.97, 0.995), decay=1e-4, ratio=10.0, end_share=1.0):
        """named: parameters; ends: what the names of the first and last layers begin with, whose rate is end_share of lr."""
        self.blocks = {}
        inner, outer = [], []
        for name, p in named:
            end = name.startswith(ends)
            (outer if end else inner).append(p)
            if not end and p.ndim >= 2 and min(p.shape[0], p[0].numel()) > 2:
                self.blocks[p] = 3 if "weight_ih" in name or "weight_hh" in name else 1
        groups = [dict(params=inner, share=1.0), dict(params=outer, share=end_share)]
        super().__init__(groups, dict(lr=lr, momentum=momentum, betas=betas, decay=decay, ratio=ratio))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            lr = group["lr"] * group["share"]
            for p in group["params"]:
                s, g = self.state[p], p.grad
                if g is None:
                    continue
                g = g / (g.norm() + 1e-12)
                p.mul_(1 - lr * group["decay"])
                if p in self.blocks:
                    m = s.setdefault("m", torch.zeros_like(g))
                    m.lerp_(g, 1 - group["momentum"])
                    u = g.lerp(m, group["momentum"]).reshape(p.shape[0], -1)
                    parts = [orthogonal(x) * (max(1, x.shape[0] / x.shape[1]) ** 0.5) for x in u.chunk(self.blocks[p])]
                    p.add_(torch.cat(parts).reshape(p.shape), alpha=-lr * group["ratio"])
                else:
                    m, v = s.setdefault("m", torch.zeros_like(g)), s.setdefault("v", torch.zeros_like(g))
                    s["t"] = s.get("t", 0) + 1
                    b1, b2 = group["betas"]
                    m.lerp_(g, 1 - b1), v.mul_(b2).addcmul_(g, g, value=1 - b2)
                    p.addcdiv_(m / (1 - b1 ** s["t"]), (v / (1 - b2 ** s["t"])).sqrt_().add_(1e-8), value=-lr)
