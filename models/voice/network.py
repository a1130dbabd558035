"""The voice network: convolutions over frequency and time down to sixteen positions, recurrent layers along frequency and along time there and on both
ways at thirty-two, and back up with the encoder's outputs added. After Rong et al. 2024 (GTCRN) in its plan and Luo et al. 2020 (dual-path RNN) in its
middle; causal, a frame in, a frame out. Shapes are [batch][channels][time][positions]."""
import copy

import path
import torch
from torch import nn

TAPS = 5  # frames of a filter
AHEAD = TAPS // 2  # frames after the one meant, where the network hears those first
CHUNK, BEYOND = 96, 48  # frames that are looked at together from their end on, and those after them that are looked at first
POSITIONS, OUTPUTS = 128, 2 * TAPS
NOW, BESIDE = 3, 5  # inputs: what a frame is, and what is told of those before it
INPUTS = NOW + BESIDE
LAST = "last", "again", "heads"  # the layers that answer
ENDS = "down.0.layer", "down.0.norm", *LAST
HEADS = 2  # logits of speech and of music being there


class Causal(nn.Module):
    """Convolution, batch norm (folded at export), leaky ReLU; over time it sees the past only."""

    def __init__(self, layer, channels, time_kernel=1):
        super().__init__()
        self.layer, self.past = layer, time_kernel - 1
        self.norm, self.activation = nn.BatchNorm2d(channels), nn.LeakyReLU(0.2, inplace=True)

    def weight(self):
        return self.layer.weight

    def forward(self, x):
        return self.activation(self.norm(self.layer(nn.functional.pad(x, (0, 0, self.past, 0)))))


class First(Causal):
    """The first layer, which begins without what is told beside a frame."""

    def __init__(self, outputs):
        spec = dict(kernel_size=(3, 5), stride=(1, 2), padding=(0, 2))
        super().__init__(nn.Conv2d(NOW, outputs, **spec), outputs, 3)
        self.beside = nn.Conv2d(BESIDE, outputs, **spec, bias=False)
        self.beside.weight.data.zero_()

    def weight(self):
        return torch.cat([self.layer.weight, self.beside.weight], 1)

    def forward(self, x):
        x = nn.functional.pad(x, (0, 0, self.past, 0))
        return self.activation(self.norm(self.layer(x[:, :NOW]) + self.beside(x[:, NOW:])))


class Separable(nn.Module):
    """Depthwise over three frames and three positions, then pointwise; halves the positions."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.depthwise = Causal(nn.Conv2d(inputs, inputs, 3, stride=(1, 2), padding=(0, 1), groups=inputs), inputs, 3)
        self.pointwise = Causal(nn.Conv2d(inputs, outputs, 1), outputs)

    def forward(self, x):
        return self.pointwise(self.depthwise(x))


class Upsampling(nn.ConvTranspose2d):
    """Transposed convolution over four positions that doubles them, as one with a kernel of three for the even and the odd ones: twice as fast back."""

    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs, (1, 4), stride=(1, 2), padding=(0, 1))

    def forward(self, x):
        w = self.weight.transpose(0, 1)
        none = torch.zeros_like(w[..., 0])
        kernel = torch.cat([torch.stack([w[..., 3], w[..., 1], none], -1), torch.stack([none, w[..., 2], w[..., 0]], -1)])
        y = nn.functional.conv2d(x, kernel, self.bias.repeat(2), padding=(0, 1))
        return y.unflatten(1, (2, -1)).permute(0, 2, 3, 4, 1).flatten(-2)


class DualPath(nn.Module):
    """Along frequency in both directions, then along time with the same weights for all positions; each added to what came in."""

    def __init__(self, channels):
        super().__init__()
        self.across = nn.GRU(channels, channels // 2, batch_first=True, bidirectional=True)
        self.along = nn.GRU(channels, channels, batch_first=True)
        self.across_out, self.along_out = nn.Linear(channels, channels), nn.Linear(channels, channels)
        self.across_norm, self.along_norm = nn.LayerNorm(channels), nn.LayerNorm(channels)

    def forward(self, x):
        x = x.permute(0, 2, 3, 1)  # [batch][time][positions][channels]
        x = path.walk(x, path.across(x.shape), self.across, self.across_out, self.across_norm)
        x = path.walk(x, self.over_time(x.shape), self.along, self.along_out, self.along_norm)
        return x.permute(0, 3, 1, 2)

    def over_time(self, shape):
        return path.along(shape)

    def let_through(self):
        """Begins as if it were not there: a network without it may be gone on from."""
        for norm in (self.across_norm, self.along_norm):
            norm.weight.data.fill_(0)


class AheadPath(DualPath):
    """Along frequency, then along time from the end of a chunk and what lies beyond it back to its beginning."""

    def over_time(self, shape):
        return path.ahead(shape, CHUNK, BEYOND)


class VoiceNet(nn.Module):
    def __init__(self, ahead=False, blocks=3, channels=(16, 32, 48)):
        """ahead: between the blocks it hears what follows, too, for files."""
        super().__init__()
        a, b, c = channels
        self.down = nn.ModuleList([First(a), Separable(a, b), Separable(b, c)])
        self.middle = nn.ModuleList([DualPath(c) for _ in range(blocks)])
        self.ahead = nn.ModuleList([AheadPath(c) for _ in range(blocks - 1 if ahead else 0)])  # between those
        self.fine = nn.ModuleList([DualPath(b) for _ in range(2)])  # at twice the positions, on the way down and on the way up
        for block in (self.middle[-1], *self.ahead, *self.fine):
            block.let_through()
        self.up = nn.ModuleList([Causal(Upsampling(c, b), b), Causal(Upsampling(b, a), a)])
        self.last = Upsampling(a, OUTPUTS)
        self.last.bias.data[0] = 1.0; self.last.weight.data[:, 2:] *= 0.1; self.last.bias.data[1:] = 0  # begins by letting through
        self.again = Upsampling(a, OUTPUTS)
        self.begin_again()
        self.heads = nn.Linear(c, HEADS)

    def split_last(self):
        """One block more in the middle: the last one twice, and each adds half of what it added, as two half steps of a differential equation do (Chang
        et al. 2018). Nearly the same answers, and both learn from the first step on; what lies before it and hears what follows goes with it."""
        for blocks in filter(len, (self.middle, self.ahead)):
            for norm in (blocks[-1].across_norm, blocks[-1].along_norm):
                norm.weight.data.mul_(0.5), norm.bias.data.mul_(0.5)
            blocks.append(copy.deepcopy(blocks[-1]))

    def answer_later(self, layer, frames):
        """Makes the answer for a frame one that comes so many frames after it."""
        for t in (layer.weight.data.movedim(1, 0), layer.bias.data):
            t[2 * frames:] = t[: -2 * frames].clone()
            t[: 2 * frames] = 0

    def begin_again(self):
        """The second answer, for the frame before, begins as the first one."""
        self.again.load_state_dict(self.last.state_dict())
        self.answer_later(self.again, 1)

    def forward(self, x):
        """[batch][time][positions][inputs] -> answers [batch][time][positions][outputs], the first for a frame, the second once more for the one
        before it, of which half is still to be heard; and [batch][time][heads]."""
        x = x.permute(0, 3, 1, 2)
        skips = []
        for i, layer in enumerate(self.down):
            x = layer(x)
            if i == 1:
                x = self.fine[0](x)
            skips.append(x)
        for i, block in enumerate(self.middle):
            x = block(x)
            if i < len(self.ahead):
                x = self.ahead[i](x)
        heads = self.heads(x.mean(3).transpose(1, 2))
        x = self.fine[1](self.up[0](x + skips.pop()) + skips.pop())
        x = self.up[1](x) + skips.pop()
        return [answer(x).permute(0, 2, 3, 1) for answer in (self.last, self.again)], heads
