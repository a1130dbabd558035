#!/usr/bin/env python3
"""Trains the voice networks: train.py DATA [--ahead] [--minutes M]. Checkpoints, the log and the decoded data go to build/training; --resume goes on from
the checkpoint there, --start from what is committed.

Mixtures and the product's own features are made by processes of their own.
"""
import argparse
import copy
import os
import sys
import time

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../common"))
import checkpoint  # noqa: E402
import clips  # noqa: E402
import features  # noqa: E402
from loss import Loss  # noqa: E402
import mixing  # noqa: E402
import muon  # noqa: E402
import network  # noqa: E402
from teacher import Teacher  # noqa: E402

CACHE = os.path.join(HERE, "../../build/training")
WARM_UP = 100  # steps
END_SHARE = 0.1  # of the rate, for the first and last layers of a network that was trained before: there the loss is steepest
LOW_LATENCY = 0.15  # share of the mixtures for the network that hears nothing ahead: with the same weights it works in windows of 10 ms latency, at some loss
EVERY = 20  # steps, partners meet, and a mean of the weights takes in another
MEAN_DECAY = 1  # the last ones of n count 2/n
PAUSE_DB = 30  # a frame this far below the clip's loudest ones is a pause
ECHOES, POOL, TOGETHER = 4, 960, 4  # each mixture is used four times, the later ones much later (data echoing, Choi et al. 2019); made so many at a time


def example(mixer, seconds, low_latency):
    """inputs [time][positions][inputs], then noisy and clean [time][positions][2] as the loss compares them (features.positions); the bandwidth, Hz; what the
    heads are to say [time][2]; whether it is windowed for low latency, as that share is; and clean once more, which stays where a teacher's answer takes the
    place of the other."""
    mixture = mixer.mixture(seconds)
    low = mixer.chance(low_latency)
    inputs, spectrum = features.analyse(mixture.noisy, low_latency=low)
    _, target = features.analyse(mixture.clean, inputs=False, low_latency=low)
    scale = np.float32(1 / (np.sqrt(np.mean(np.abs(spectrum) ** 2)) + 1e-9))  # every clip as loud to the loss
    power = np.sum(np.abs(target[:, 4:100]) ** 2, axis=1)  # 200 Hz … 5 kHz
    speech = power > max(np.quantile(power, 0.95) * 10 ** (-PAUSE_DB / 10), 1e-7)
    heads = np.stack([speech, np.full(len(speech), mixture.music)], axis=1).astype(np.float32)
    clean = features.positions(target) * scale
    return inputs, features.positions(spectrum) * scale, clean, np.float32(mixture.bandwidth), heads, np.bool_(low), clean


class Mixtures(torch.utils.data.IterableDataset):
    def __init__(self, args, seed):
        self.args, self.seed = args, seed

    def __iter__(self):
        info = torch.utils.data.get_worker_info()
        mixer = mixing.Mixer(self.args.data, self.args.cache, [self.seed, info.id if info else 0])
        teacher, pool = Teacher() if self.args.taught else None, []
        while True:
            fresh = [example(mixer, self.args.seconds, self.args.low_latency) for _ in range(TOGETHER)]
            if teacher:
                self.teach(teacher, fresh)
            yield from fresh
            pool += fresh * (ECHOES - 1)
            while len(pool) > POOL:
                yield pool.pop(int(mixer.rng.integers(len(pool))))

    @staticmethod
    def teach(teacher, fresh):
        """The teacher's targets instead of the truth; he has not learned the windows of low latency."""
        inputs, noisy, clean = (torch.from_numpy(np.stack([x[i] for x in fresh])) for i in range(3))
        for k, target in enumerate(teacher.targets(inputs, noisy, clean).numpy()):
            if not fresh[k][5]:
                fresh[k] = (*fresh[k][:2], target, *fresh[k][3:])


class Partner:
    """Processes that train side by side and meet halfway now and then (elastic averaging, Zhang et al. 2015): on a CPU two of them with one
    thread each hear three times what one with two threads hears."""

    def __init__(self, net):
        self.meeting = self.flat(net).share_memory_()
        self.lock = torch.multiprocessing.Lock()

    @staticmethod
    def tensors(net):
        return [t for t in net.state_dict().values() if t.is_floating_point()]

    def flat(self, net):
        return torch.cat([t.detach().cpu().reshape(-1) for t in self.tensors(net)])

    def meet(self, net):
        with self.lock:
            self.meeting += 0.5 * (self.flat(net) - self.meeting)
            parts = self.meeting.split([t.numel() for t in self.tensors(net)])
            for own, common in zip(self.tensors(net), parts):
                own.copy_(common.reshape(own.shape))


class Mean:
    """The mean of a network's weights on their way, the later the more (Shamir & Zhang 2013, polynomial-decay averaging): steps of a constant size walk
    around a minimum, and their mean lies in it."""

    def __init__(self, net):
        self.net, self.steps = copy.deepcopy(net), 0

    def add(self, net):
        self.steps += 1
        share = (MEAN_DECAY + 1) / (MEAN_DECAY + self.steps)
        for own, new in zip(Partner.tensors(self.net), Partner.tensors(net)):
            own.lerp_(new, share)


def exam(args, seconds=4.0, count=48):
    """Mixtures of clips that training does not hear, always the same ones: the curve is smoother for it."""
    mixer = mixing.Mixer(args.data, args.cache, [2**31], exam=True)
    return [torch.from_numpy(np.stack(x)) for x in zip(*(example(mixer, seconds, args.low_latency) for _ in range(count)))]


def beginning(args):
    """What to go on from: a checkpoint's state; that which is committed has no optimizer's."""
    if args.resume:
        return checkpoint.read(os.path.join(args.cache, f"{args.name}.pt"))
    if args.start:
        return checkpoint.read(checkpoint.committed(args.start))
    return {"step": 0, "heard": 0.0, "spent": 0.0}


def learning(net, settled):
    """Ready to be trained; settled: what batch norms take for mean and variance stays, so that what is trained is what will answer."""
    net.train()
    for module in net.modules():
        if settled and isinstance(module, torch.nn.BatchNorm2d):
            module.eval()


def train(args, rank, partner, net, begin):
    """One process; the first one keeps the log and the checkpoint."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(args.seed + rank)
    if device == "cpu":
        torch.set_num_threads(1)
    ahead = network.AHEAD if args.ahead else 0
    net, loss = net.to(device), Loss(ahead).to(device)
    learning(net, args.settled)
    optimizer = muon.Muon(net.named_parameters(), network.ENDS, args.rate, end_share=END_SHARE if "net" in begin else 1)
    kept = os.path.join(args.cache, f"{args.name}.pt")
    step, heard, spent = (begin[k] for k in ("step", "heard", "spent"))
    if "optimizer" in begin:
        optimizer.load_state_dict(begin["optimizer"])
    data = Mixtures(args, 1000 * args.seed + 100 * rank + step)
    batches = iter(torch.utils.data.DataLoader(data, args.batch, num_workers=args.workers, prefetch_factor=4))
    start, recent, last = time.time(), [], time.time()
    mean = Mean(net) if args.mean and rank == 0 else None
    test = [x.to(device) for x in exam(args)] if rank == 0 else None

    def report():
        judged = mean.net if mean else net
        judged.eval()
        with torch.no_grad():
            output = judged(test[0])
            spectra, passed, pesq = (x.item() for x in loss(output, *test[1:]))
            right = ((output[1] > 0) == (test[4] > 0.5)).float().mean((0, 1)).tolist()
        learning(net, args.settled)
        minutes = spent + (time.time() - start) / 60
        row = f"{minutes:.1f},{step},{heard:.2f},{np.mean(recent or [np.nan]):.5f},{spectra:.5f},{right[0]:.3f},{right[1]:.3f},{passed:.5f},{pesq:.3f}"
        print(row, flush=True)
        with open(os.path.join(args.cache, f"{args.name}.csv"), "a") as log:
            log.write(row + "\n")
        state = {"net": judged.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "heard": heard, "spent": minutes, "args": vars(args)}
        torch.save(state, kept + ".part")
        os.replace(kept + ".part", kept)

    if rank == 0:
        with torch.no_grad():
            loud = torch.zeros(*test[1].shape[:3], network.OUTPUTS)
            loud[..., 2 * ahead] = 20.0  # a mask of ones
            later = loud.roll(2, -1)
            unprocessed = loss(([loud, later], torch.zeros_like(test[4])), *test[1:])[0].item()
            print(f"{sum(p.numel() for p in net.parameters())} parameters on {device}; the exam unprocessed: {unprocessed:.5f}")
            print("minutes,step,hours heard,loss of spectra,the same in the exam,speech right,music right,all of the loss in the exam,PESQ in it", flush=True)
        report()
    first = step
    share = lambda: (step - first) / args.steps if args.steps else (time.time() - start) / (args.minutes * 60)
    while (left := 1 - share()) > 0:
        inputs, *told = (x.to(device) for x in next(batches))
        spectral, value, _ = loss(net(inputs), *told)
        for group in optimizer.param_groups:  # warm-up, then in a line to nothing over the time given, or for a mean constant
            group["lr"] = args.rate * min(1, (step - first + 1) / WARM_UP) * (1 if args.mean else left)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        step, heard = step + 1, heard + args.partners * args.batch * args.seconds / 3600
        recent.append(spectral.item())
        if args.partners > 1 and step % EVERY == 0:
            partner.meet(net)
        if mean and step % EVERY == 0:
            mean.add(net)
        if rank == 0 and time.time() - last > args.report:
            report()
            recent, last = [], time.time()
    if args.partners > 1:
        partner.meet(net)
    if rank == 0:
        report()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--steps", type=int, help="instead of minutes")
    parser.add_argument("--cache", default=CACHE)
    parser.add_argument("--start", choices=("voice", "voice-ahead"), help="go on from what is committed")
    parser.add_argument("--deeper", action="store_true", help="with one block more in the middle than what it goes on from has")
    parser.add_argument("--ahead", action="store_true", help="for the network that hears what follows first, for files")
    parser.add_argument("--name", help="of the checkpoint; voice or voice-ahead")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint of that name")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=2.4)
    parser.add_argument("--rate", type=float, default=2e-3, help="learning rate")
    parser.add_argument("--settled", action="store_true", help="leave the batch norms' means and variances as they are")
    parser.add_argument("--mean", action="store_true", help="the rate does not fall; what is kept is the mean of the weights on the way")
    parser.add_argument("--taught", action="store_true", help="by voice-ahead, for the network that hears nothing ahead (teacher.py)")
    parser.add_argument("--workers", type=int, default=1, help="processes that make mixtures, for each partner")
    parser.add_argument("--partners", type=int, default=1, help="processes that train")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", type=float, default=60, help="seconds between reports and checkpoints")
    args = parser.parse_args()
    if args.start == "voice-ahead" and not args.ahead:
        parser.error("--start voice-ahead goes with --ahead: its answers mean an earlier frame")
    if args.taught and args.ahead:
        parser.error("--taught goes without --ahead: the teacher is the network for files itself")
    args.low_latency = 0.0 if args.ahead else LOW_LATENCY
    args.name = args.name or ("voice-ahead" if args.ahead else "voice")
    clips.prepare(args.data, args.cache)  # before several ask for it
    torch.manual_seed(args.seed)
    begin, net, lacking = beginning(args), network.VoiceNet(args.ahead), []
    if "net" in begin:
        net = network.VoiceNet(args.ahead, checkpoint.blocks(begin))
        lacking = checkpoint.fill(net, begin)
    if args.deeper:
        net.split_last()
    if lacking or args.deeper:  # from before the network grew
        begin.pop("optimizer", None)
    later = args.ahead and args.start == "voice"
    if later:
        net.answer_later(net.last, network.AHEAD)
    if later or "again.weight" in lacking:
        net.begin_again()
    partner = Partner(net)  # its meeting point is where all begin
    others = [torch.multiprocessing.Process(target=train, args=(args, rank, partner, net, begin)) for rank in range(1, args.partners)]
    for process in others:
        process.start()
    train(args, 0, partner, net, begin)
    for process in others:
        process.join()


if __name__ == "__main__":
    # Memory that is freed stays with the process: handing it back and forth costs a fifth of the time.
    keep = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TOP_PAD_": "1000000000", "MALLOC_TRIM_THRESHOLD_": "100000000000", "OPENBLAS_NUM_THREADS": "1"}
    if not torch.cuda.is_available() and "MALLOC_MMAP_MAX_" not in os.environ:
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **keep})
    main()
