# AdamW (arXiv 1711.05101) as PyTorch has it, with clipping by the global norm, over all weights at once. The weights
# come in two groups, of which the first decays. A gradient list holds those of one worker after the other.
#
# The compiler removes an operator that writes to a list of tensors unless that very list is used later; hence the
# heads of the lists among the results.


def add_up(g: List[Tensor], n: int) -> List[Tensor]:
    # adds the gradients of all workers to those of the first, and returns these
    for i in range(n, len(g)):
        g[i % n].add_(g[i])
    return g[:n]


def adamw_group(c: List[float], step: Tensor, w: List[Tensor], mean: List[Tensor], square: List[Tensor],
                g: List[Tensor], decay: float, divisor: Tensor, skip: Tensor) -> List[Tensor]:
    steps = [step for i in range(len(w))]
    torch._fused_adamw_(
        w, g[:len(w)], mean, square, [], steps, lr=c[0], beta1=c[1], beta2=c[2], weight_decay=decay, eps=c[3],
        amsgrad=False, maximize=False, grad_scale=divisor, found_inf=skip)
    for i in range(len(g)):
        g[i].zero_()
    return w[:1] + mean[:1] + square[:1]


def adamw(settings: Tensor, step: Tensor, w1: List[Tensor], mean1: List[Tensor], square1: List[Tensor],
          g1: List[Tensor], w2: List[Tensor], mean2: List[Tensor], square2: List[Tensor], g2: List[Tensor]) -> List[Tensor]:
    # settings: rate, beta1, beta2, epsilon, decay, clip, loss scale, in float64 on the CPU. The first result is the
    # norm; where it is not finite, weights, moments and step stay as they are. The gradients become zero.
    torch.set_grad_enabled(False)
    c = annotate(List[float], settings.tolist())
    sums = __torch__.add_up(g1, len(w1)) + __torch__.add_up(g2, len(w2))
    norm = torch.linalg_vector_norm(torch.stack(torch._foreach_norm(sums))) / c[6]
    divisor = torch.full_like(norm, c[6])
    if c[5] > 0.:
        divisor = divisor * torch.clamp_min((norm + 9.9999999999999995e-07) / c[5], 1.)
    divisor = divisor.to(6)
    skip = 1. - torch.isfinite(norm).to(6)
    step += 1. - skip
    written = __torch__.adamw_group(c, step, w1, mean1, square1, g1, c[4], divisor, skip)
    written += __torch__.adamw_group(c, step, w2, mean2, square2, g2, 0., divisor, skip)
    return [norm] + written
