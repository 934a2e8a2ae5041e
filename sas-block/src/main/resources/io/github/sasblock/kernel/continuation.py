# The language model on some new tokens that continue those in its caches.
# Bound beside this source, to the attention of the model: continued_attention_for_model, tables_at_for_model.


def continued_layer(x: Tensor, w: List[Tensor], rooms: List[Tensor], first: int, tables: List[Tensor], weighted: bool,
                    epsilon: float) -> Tensor:
    # [B, T, E]
    n = __torch__.rms_norm(x, __torch__.layer_weights(w, 0, weighted), epsilon)
    x = x + __torch__.continued_attention_for_model(n, __torch__.layer_weights(w, 1, weighted), rooms, first, tables)
    B, T, E = x.shape
    n = __torch__.rms_norm(x, __torch__.layer_weights(w, 2, weighted), epsilon).view(B * T, E)
    f = __torch__.layer_weights(w, 3, weighted)
    hidden = torch.silu(torch.mm(n, f[0].t())).mul_(torch.mm(n, f[1].t()))
    return x + torch.mm(hidden, f[2].t()).view(B, T, E)


def continued_logits(tokens: Tensor, first: int, w: List[Tensor], rooms: List[Tensor], layers: int, weighted: bool,
                     tied: bool, epsilon: float) -> Tensor:
    # tokens [B, T], rooms of all layers, of which `first` tokens are taken -> logits [B, T, V]
    gradients = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    tail = int(weighted) + int(not tied)
    n = (len(w) - 1 - tail) // layers
    m = len(rooms) // layers
    x = torch.embedding(w[0], tokens)  # [B, T, E]
    tables = __torch__.tables_at_for_model(first, tokens.size(1), x)
    for i in range(layers):
        x = __torch__.continued_layer(
            x, w[1 + i * n:1 + (i + 1) * n], rooms[i * m:(i + 1) * m], first, tables, weighted, epsilon)
    start = 1 + layers * n
    out = w[0]
    if not tied:
        out = w[len(w) - 1]
    logits = torch.linear(__torch__.rms_norm(x, w[start:start + int(weighted)], epsilon), out)
    torch.set_grad_enabled(gradients)
    return logits
