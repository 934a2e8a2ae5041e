# The decoder layer, and the language model's loss with the gradients of all its weights.
# Bound beside this source, to the attention of the model: attention_for_model, and attention_X_for_model where X is
# forward, backward, tables, prepare, buffers, collect.


def decoder_layer(x: Tensor, offsets: Tensor, w: List[Tensor], weighted: bool, epsilon: float,
                  dropout: float) -> Tensor:
    # [B, T, E], for autograd
    n = __torch__.rms_norm(x, __torch__.layer_weights(w, 0, weighted), epsilon)
    y = __torch__.attention_for_model(n, offsets, __torch__.layer_weights(w, 1, weighted))
    x = x + torch.dropout(y, dropout, True)
    n = __torch__.rms_norm(x, __torch__.layer_weights(w, 2, weighted), epsilon)
    return x + torch.dropout(__torch__.swiglu(n, __torch__.layer_weights(w, 3, weighted)), dropout, True)


# The two passes of the training step. What a layer's weights w become there, p: norm, norm, feed-forward, then what
# the attention makes of its own; its gradients b likewise, with one list for the attention.


def prepare_layer(w: List[Tensor], weighted: bool, compute: int) -> List[List[Tensor]]:
    feed_forward = [t.to(compute) for t in __torch__.layer_weights(w, 3, weighted)]
    attention = __torch__.attention_prepare_for_model(__torch__.layer_weights(w, 1, weighted), compute)
    return [__torch__.layer_weights(w, 0, weighted), __torch__.layer_weights(w, 2, weighted), feed_forward] + attention


def layer_buffers(g: List[Tensor], p: List[List[Tensor]], weighted: bool) -> List[List[Tensor]]:
    attention = __torch__.attention_buffers_for_model(__torch__.layer_weights(g, 1, weighted), p[3:])
    return [__torch__.layer_weights(g, 0, weighted), __torch__.layer_weights(g, 2, weighted),
            __torch__.layer_weights(g, 3, weighted)] + attention


def decoder_layer_forward(x: Tensor, B: int, offsets: Tensor, p: List[List[Tensor]], tables: List[Tensor],
                          epsilon: float, compute: int) -> Tuple[Tensor, List[Tensor]]:
    # x [N, E], the tokens of B windows
    n, unit1, r1 = __torch__.rms_norm_forward(x, p[0], epsilon)
    a, saved = __torch__.attention_forward_for_model(n, B, offsets, p[3:], tables, compute)
    h = x + a
    n, unit2, r2 = __torch__.rms_norm_forward(h, p[1], epsilon)
    f, fed = __torch__.swiglu_forward(n, p[2], compute)
    return h + f, [unit1, r1, unit2, r2] + fed + saved


def decoder_layer_backward(gy: Tensor, B: int, saved: List[Tensor], p: List[List[Tensor]], b: List[List[Tensor]],
                           tables: List[Tensor], compute: int) -> Tensor:
    gn = __torch__.swiglu_backward(gy, saved[4:7], p[2], b[2], compute).to(gy.dtype)
    gh = __torch__.rms_norm_backward(gn, gy, saved[2], saved[3], p[1], b[1])
    gn = __torch__.attention_backward_for_model(gh, B, saved[7:], p[3:], b[3:], tables, compute).to(gy.dtype)
    return __torch__.rms_norm_backward(gn, gh, saved[0], saved[1], p[0], b[0])


def cross_entropy(x: Tensor, w: Tensor, g: Tensor, targets: Tensor, scale: Tensor,
                  compute: int) -> Tuple[Tensor, Tensor]:
    # x [N, E], w [V, E], targets [N] -> the sum of the losses, and scale times its gradient with respect to x; the
    # logits exist for a chunk of tokens at a time
    N = x.size(0)
    chunk = max(256, 4194304 // w.size(0))
    gx = torch.empty_like(x)
    loss = torch.zeros([], dtype=7, device=x.device)
    for i in range((N + chunk - 1) // chunk):
        a, b = i * chunk, min(N, i * chunk + chunk)
        xc = x[a:b].to(compute)
        p = torch.log_softmax(torch.mm(xc, w.t()).to(x.dtype), 1)  # [n, V]
        t = targets[a:b].unsqueeze(1)
        loss -= torch.gather(p, 1, t).sum(dtype=7)
        p.exp_()
        p.scatter_add_(1, t, torch.full(t.shape, -1., dtype=p.dtype, device=p.device))
        p.mul_(scale)
        p = p.to(compute)
        gx[a:b] = torch.mm(p, w)
        __torch__.accumulate(g, p.t(), xc)
    return loss, gx


def document_offsets(tokens: Tensor, end: int, compute: int) -> Tensor:
    # [B, 1, T, T]: -inf where a token, which end-of-text belongs to, is of another document; empty where each window is
    # of one document
    nothing = torch.empty([0], dtype=compute, device=tokens.device)
    if end < 0:
        return nothing
    ends = torch.eq(tokens[:, :-1], end).to(4)
    if not bool(ends.any()):
        return nothing
    document = torch.pad(torch.cumsum(ends, 1), [1, 0])  # [B, T]
    other = torch.ne(document.unsqueeze(1), document.unsqueeze(2)).unsqueeze(1)
    return torch.zeros(other.shape, dtype=compute, device=tokens.device).masked_fill_(other, -float("inf"))


def pass_of_windows(tokens: Tensor, targets: Tensor, scale: Tensor, embedding: Tensor, p: List[List[List[Tensor]]],
                    b: List[List[List[Tensor]]], norm: List[Tensor], out: Tensor, g_embedding: Tensor,
                    g_norm: List[Tensor], g_out: Tensor, tables: List[Tensor], epsilon: float, compute: int,
                    recompute: bool, end: int) -> Tensor:
    # forward and backward pass of windows that are in memory at once; the sum of their losses
    B, T = tokens.shape
    offsets = __torch__.document_offsets(tokens, end, compute)
    x = torch.embedding(embedding, tokens.reshape(-1))  # [B T, E]
    saved = annotate(List[List[Tensor]], [])
    for i in range(len(p)):
        y, s = __torch__.decoder_layer_forward(x, B, offsets, p[i], tables, epsilon, compute)
        if recompute:
            s = [x]
        saved.append(s)
        x = y
    y, unit, r = __torch__.rms_norm_forward(x, norm, epsilon)
    loss, gy = __torch__.cross_entropy(y, out, g_out, targets.reshape(-1), scale, compute)
    gx = __torch__.rms_norm_backward(gy, torch.zeros_like(x), unit, r, norm, g_norm)
    for j in range(len(p)):
        i = len(p) - 1 - j
        s = saved.pop()
        if recompute:
            s = __torch__.decoder_layer_forward(s[0], B, offsets, p[i], tables, epsilon, compute)[1]
        gx = __torch__.decoder_layer_backward(gx, B, s, p[i], b[i], tables, compute)
    g_embedding.index_add_(0, tokens.reshape(-1), gx)
    return loss


def loss_and_gradients(tokens: Tensor, targets: Tensor, scale: Tensor, w: List[Tensor], g: List[Tensor], windows: int,
                       layers: int, weighted: bool, tied: bool, epsilon: float, compute: int, recompute: bool,
                       end: int) -> Tensor:
    # tokens, targets [B, T]; adds scale times the gradients of the summed loss to g, and returns the summed loss. As many
    # windows as given are in memory at once. A document ends with the token `end`, and no token attends to another
    # document; -1 for no such limits.
    torch.set_grad_enabled(False)
    B, T = tokens.shape
    tail = int(weighted) + int(not tied)
    n = (len(w) - 1 - tail) // layers
    p = annotate(List[List[List[Tensor]]], [])
    b = annotate(List[List[List[Tensor]]], [])
    for i in range(layers):
        prepared = __torch__.prepare_layer(w[1 + i * n:1 + (i + 1) * n], weighted, compute)
        p.append(prepared)
        b.append(__torch__.layer_buffers(g[1 + i * n:1 + (i + 1) * n], prepared, weighted))
    start = 1 + layers * n
    last = 0
    if not tied:
        last = len(w) - 1
    out = w[last].to(compute)
    tables = __torch__.attention_tables_for_model(T, compute, w[0])
    loss = torch.zeros([], dtype=7, device=tokens.device)
    for a in range(0, B, windows):
        loss += __torch__.pass_of_windows(
            tokens[a:a + windows], targets[a:a + windows], scale, w[0], p, b, w[start:start + int(weighted)], out, g[0],
            g[start:start + int(weighted)], g[last], tables, epsilon, compute, recompute, end)
    for i in range(layers):
        __torch__.attention_collect_for_model(b[i][3:], __torch__.layer_weights(g[1 + i * n:1 + (i + 1) * n], 1, weighted))
    return loss
