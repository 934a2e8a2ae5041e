# The decoder layer, and the language model's loss with the gradients of all its weights.
# Bound beside this source, to the attention of the model: attention_for_model, attention_forward_for_model,
# attention_backward_for_model, attention_tables_for_model.


def decoder_layer(x: Tensor, w: List[Tensor], weighted: bool, epsilon: float, dropout: float) -> Tensor:
    # [B, T, E], for autograd
    n = __torch__.rms_norm(x, __torch__.layer_weights(w, 0, weighted), epsilon)
    x = x + torch.dropout(__torch__.attention_for_model(n, __torch__.layer_weights(w, 1, weighted)), dropout, True)
    n = __torch__.rms_norm(x, __torch__.layer_weights(w, 2, weighted), epsilon)
    return x + torch.dropout(__torch__.swiglu(n, __torch__.layer_weights(w, 3, weighted)), dropout, True)


def decoder_layer_forward(x: Tensor, w: List[Tensor], tables: List[Tensor], weighted: bool, epsilon: float,
                          compute: int) -> Tuple[Tensor, List[Tensor]]:
    B, T, E = x.shape
    n, r1 = __torch__.rms_norm_forward(x, __torch__.layer_weights(w, 0, weighted), epsilon)
    a, saved = __torch__.attention_forward_for_model(n, __torch__.layer_weights(w, 1, weighted), tables, compute)
    h = x + a
    n, r2 = __torch__.rms_norm_forward(h, __torch__.layer_weights(w, 2, weighted), epsilon)
    f, fed = __torch__.swiglu_forward(n.view(B * T, E), __torch__.layer_weights(w, 3, weighted), compute)
    return h + f.view(B, T, E), [x, r1, h, r2] + fed + saved


def decoder_layer_backward(gy: Tensor, saved: List[Tensor], w: List[Tensor], g: List[Tensor], tables: List[Tensor],
                           weighted: bool, compute: int) -> Tensor:
    B, T, E = gy.shape
    gn = __torch__.swiglu_backward(
        gy.view(B * T, E), saved[4:7], __torch__.layer_weights(w, 3, weighted),
        __torch__.layer_weights(g, 3, weighted), compute).to(gy.dtype).view(B, T, E)
    gh = __torch__.rms_norm_backward(
        gn.view(B * T, E), saved[2].view(B * T, E), saved[3].view(B * T, 1), __torch__.layer_weights(w, 2, weighted),
        __torch__.layer_weights(g, 2, weighted)).view(B, T, E).add_(gy)
    gn = __torch__.attention_backward_for_model(
        gh, saved[7:], __torch__.layer_weights(w, 1, weighted), __torch__.layer_weights(g, 1, weighted), tables,
        compute).to(gy.dtype)
    return __torch__.rms_norm_backward(
        gn.view(B * T, E), saved[0].view(B * T, E), saved[1].view(B * T, 1), __torch__.layer_weights(w, 0, weighted),
        __torch__.layer_weights(g, 0, weighted)).view(B, T, E).add_(gh)


def cross_entropy(x: Tensor, w: Tensor, g: Tensor, targets: Tensor, scale: Tensor,
                  compute: int) -> Tuple[Tensor, Tensor]:
    # x [N, E], w [V, E], targets [N] -> the sum of the losses, and scale times its gradient with respect to x; the
    # logits exist for a chunk of tokens at a time
    N = x.size(0)
    chunk = max(256, 4194304 // w.size(0))
    wc = w.to(compute)
    gx = torch.empty_like(x)
    loss = torch.zeros([], dtype=7, device=x.device)
    for i in range((N + chunk - 1) // chunk):
        a, b = i * chunk, min(N, i * chunk + chunk)
        xc = x[a:b].to(compute)
        p = torch.mm(xc, wc.t()).to(x.dtype)  # [n, V]
        t = targets[a:b].unsqueeze(1)
        at_target = torch.gather(p, 1, t)
        total = torch.logsumexp(p, [1], True)
        loss += (total - at_target).sum(dtype=7)
        p.sub_(total).exp_()
        p.scatter_add_(1, t, torch.full_like(at_target, -1.))
        p.mul_(scale)
        p = p.to(compute)
        gx[a:b] = torch.mm(p, wc)
        __torch__.accumulate(g, p.t(), xc)
    return loss, gx


def loss_and_gradients(tokens: Tensor, targets: Tensor, scale: Tensor, w: List[Tensor], g: List[Tensor], layers: int,
                       weighted: bool, tied: bool, epsilon: float, compute: int, recompute: bool) -> Tensor:
    # tokens, targets [B, T]; adds scale times the gradients of the summed loss to g, and returns the summed loss
    torch.set_grad_enabled(False)
    B, T = tokens.shape
    tail = int(weighted) + int(not tied)
    n = (len(w) - 1 - tail) // layers
    x = torch.embedding(w[0], tokens)  # [B, T, E]
    E = x.size(2)
    tables = __torch__.attention_tables_for_model(T, compute, x)
    saved = annotate(List[List[Tensor]], [])
    for i in range(layers):
        y, s = __torch__.decoder_layer_forward(
            x, w[1 + i * n:1 + (i + 1) * n], tables, weighted, epsilon, compute)
        if recompute:
            s = [x]
        saved.append(s)
        x = y
    start = 1 + layers * n
    norm, g_norm = w[start:start + int(weighted)], g[start:start + int(weighted)]
    out, g_out = w[0], g[0]
    if not tied:
        out, g_out = w[len(w) - 1], g[len(w) - 1]
    x = x.view(B * T, E)
    y, r = __torch__.rms_norm_forward(x, norm, epsilon)
    loss, gy = __torch__.cross_entropy(y, out, g_out, targets.reshape(-1), scale, compute)
    gx = __torch__.rms_norm_backward(gy, x, r, norm, g_norm).view(B, T, E)
    for j in range(layers):
        i = layers - 1 - j
        s = saved.pop()
        wi, gi = w[1 + i * n:1 + (i + 1) * n], g[1 + i * n:1 + (i + 1) * n]
        if recompute:
            s = __torch__.decoder_layer_forward(s[0], wi, tables, weighted, epsilon, compute)[1]
        gx = __torch__.decoder_layer_backward(gx, s, wi, gi, tables, weighted, compute)
    g[0].index_add_(0, tokens.reshape(-1), gx.view(B * T, E))
    return loss
