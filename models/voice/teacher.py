"""What a network that hears more would have made of a mixture, to be learned instead of the truth (Hinton et al. 2015). Most of what lies between an estimate
and the truth nobody can know who has only heard the mixture; in the gradient it is noise. The teacher's answer is without it."""
import checkpoint
import export
import network
import torch
from deep_filter import deep_filter
from heard import Heard

SHARE = 0.5  # of the teacher's answer in the target, the rest is the truth
STRETCH = 24  # frames, 0.24 s


class Teacher:
    """voice-ahead as it is committed."""

    def __init__(self):
        self.net, self.heard = export.load(checkpoint.committed("voice-ahead"))[0], Heard()

    @torch.no_grad()
    def targets(self, inputs, noisy, clean):
        """Of mixtures as train.py's example makes them, [batch][time][positions][…]: the teacher's answer and the truth by their shares; where the answer
        is further from the truth than the mixture itself, and at the end, where it lacks what follows, the truth."""
        answers, _ = self.net(inputs)
        answer = self.heard(*(deep_filter(a, noisy, self.heard.bins, network.AHEAD + k) for k, a in enumerate(answers)))
        told = slice(1, 1 + answer.shape[1])
        error = lambda x: torch.nn.functional.avg_pool1d((x - clean[:, told]).square().sum((2, 3))[:, None], STRETCH, ceil_mode=True)[:, 0]
        better = (error(answer) < error(noisy[:, told])).float().repeat_interleave(STRETCH, 1)[:, : answer.shape[1], None, None]
        better = better * (clean.square().sum((1, 2, 3), keepdim=True) > 0)
        out = clean.clone()
        out[:, told] = torch.lerp(clean[:, told], answer, SHARE * better)
        return out
