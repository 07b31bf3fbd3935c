# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""C code of the client stubs and server dispatch functions: one method at a time, on common/camkes/marshal.h."""

from errors import ComposeError
from model import SCALARS

STRING_MAX = 128    # bytes of an input string over a shared page (it is copied onto the server's stack)


def ctype(type_):
    return {"int": "int", "string": "char"}.get(type_, type_)


def words(type_, word_bytes):
    """Words that a scalar takes in a message."""
    return 2 if SCALARS[type_] == 8 and word_bytes == 4 else 1


def signature(name, method):
    """Client and server function have the same one."""
    params = []
    for p in method.params:
        if p.array:
            const, count = ("const ", "size_t ") if p.direction == "in" else ("", "size_t *")
            params += [f"{const}{ctype(p.type)} *{p.name}", f"{count}{p.name}_n"]
        elif p.type == "string":
            params += [f"const char *{p.name}"] if p.direction == "in" else [f"char *{p.name}", f"size_t {p.name}_cap"]
        else:
            params.append(f"{ctype(p.type)} {'*' if p.direction == 'out' else ''}{p.name}")
    return f"{ctype(method.ret)} {name}_{method.name}({', '.join(params) or 'void'})"


def reply_signature(name, method):
    params = ["camkes_park_t camkes_p"] + ([f"{ctype(method.ret)} camkes_ret"] if method.ret != "void" else [])
    for p in outs(method):
        if p.array:
            params += [f"const {ctype(p.type)} *{p.name}", f"size_t {p.name}_n"]
        else:
            params.append(f"{'const char *' if p.type == 'string' else ctype(p.type) + ' '}{p.name}")
    return f"void {name}_{method.name}_reply({', '.join(params)})"


def ins(method):
    return [p for p in method.params if p.direction == "in"]


def outs(method):
    return [p for p in method.params if p.direction == "out"]


def check_transport(interface_loc, procedure, transport):
    """Over a shared page the output array is made in place: one per method."""
    for method in procedure.methods:
        if transport == "shared" and sum(p.is_data for p in outs(method)) > 1:
            raise ComposeError(method.loc, f"{procedure.name}.{method.name} has more than one output array or string: not possible over "
                                           f"shared data ({interface_loc})")


def _get(p, stream):
    call = "camkes_get_u64" if SCALARS[p.type] == 8 else "camkes_get_word"
    return f"({ctype(p.type)}){call}({stream})"


def _put(type_, value, stream):
    if SCALARS[type_] == 8:
        return f"camkes_put_u64({stream}, (uint64_t){value});"
    return f"camkes_put_word({stream}, (seL4_Word){value});"


def _array_bytes(p, count):
    size = SCALARS[p.type]
    return count if size == 1 else f"{count} * {size}u"


def _failure(method):
    return {"void": "return;", "int": "return -1;", "int32_t": "return -1;"}.get(method.ret, "return 0;")


# ---- client

def client_stub(used, method, endpoint, word_bytes):
    """The function X_method of a used interface."""
    body = _client_words(method, endpoint, word_bytes) if _in_registers(used, method, word_bytes) \
        else _client_stream(used, method, endpoint)
    return [signature(used.name, method), "{"] + ["    " + line for line in body] + ["}", ""]


def _in_registers(used, method, word_bytes):
    """Few enough one-word scalars: the call needs no IPC buffer."""
    if used.server.transport != "ipc" or any(p.is_data or words(p.type, word_bytes) > 1 for p in method.params):
        return False
    results = 0 if method.ret == "void" else words(method.ret, word_bytes)
    return len(ins(method)) <= 4 and results + len(outs(method)) <= 4


def _client_words(method, endpoint, word_bytes):
    values = ", ".join(f"(seL4_Word){p.name}" for p in ins(method)) or "0"
    lines = [f"seL4_Word mr[4] = {{ {values} }};",
             f"if (!camkes_call_words({endpoint}, {method.index}, {len(ins(method))}, mr)) {_failure(method)}"]
    at = 0 if method.ret == "void" else words(method.ret, word_bytes)
    for i, p in enumerate(outs(method)):
        lines.append(f"*{p.name} = ({ctype(p.type)})mr[{at + i}];")
    if at == 1:
        lines.append(f"return ({ctype(method.ret)})mr[0];")
    elif at == 2:
        lines.append(f"return ({ctype(method.ret)})(mr[0] | (uint64_t)mr[1] << 32);")
    return lines


def _client_stream(used, method, endpoint):
    page = f"camkes_page_{used.name}" if used.server.transport == "shared" else "NULL"
    lines = [f"camkes_stream_t s = camkes_request({page});"]
    for p in ins(method):
        if p.array:
            lines.append(f"camkes_put_array(&s, {p.name}, {_array_bytes(p, p.name + '_n')});")
        elif p.type == "string":
            lines.append(f"camkes_put_string(&s, {p.name});")
        else:
            lines.append(_put(p.type, p.name, "&s"))
    lines.append(f"if (!camkes_call({endpoint}, {method.index}, {page}, &s)) {_failure(method)}")
    if method.ret != "void":
        call = "camkes_get_u64" if SCALARS[method.ret] == 8 else "camkes_get_word"
        lines.append(f"{ctype(method.ret)} camkes_ret = ({ctype(method.ret)}){call}(&s);")
    for p in outs(method):
        lines += _client_result(p)
    if method.ret != "void":
        failed = "-1" if method.ret in ("int", "int32_t") else "0"
        lines.append(f"return camkes_bad(&s) ? {failed} : camkes_ret;")
    return lines


def _client_result(p):
    if p.array:
        size = SCALARS[p.type]
        tail = "" if size == 1 else f" / {size}u"
        return [f"*{p.name}_n = camkes_get_array(&s, {p.name}, {_array_bytes(p, '*' + p.name + '_n')}){tail};"]
    if p.type == "string":
        return [f"camkes_get_string(&s, {p.name}, {p.name}_cap);"]
    return [f"*{p.name} = {_get(p, '&s')};"]


# ---- server

def dispatch(provided, method, word_bytes):
    """The static function that unpacks a request, calls the handler and packs its results."""
    shared = provided.transport == "shared"
    lines = []
    if not shared and any(p.is_data for p in ins(method)):
        lines += ["seL4_Word copy[CAMKES_IPC_WORDS + 1];", "camkes_rpc_copy(rpc, copy);"]
    for p in ins(method):
        lines += _server_in(p, shared)
    lines.append("if (camkes_bad(&rpc->in)) return;")
    if not shared:  # all words are read by now, so a NUL may overwrite the first byte of the one behind a string
        lines += [f"{p.name}[{p.name}_n] = '\\0';" for p in ins(method) if p.type == "string"]
    for p in outs(method):
        lines += _server_out(method, p, shared, word_bytes)
    call = f"{provided.name}_{method.name}({', '.join(_arguments(method, shared))});"
    lines.append(call if method.ret == "void" else f"{ctype(method.ret)} camkes_ret = {call}")
    lines.append("if (camkes_deferred()) return;")
    if method.ret != "void":
        lines.append(_put(method.ret, "camkes_ret", "&rpc->out"))
    for p in outs(method):
        lines += _server_result(method, p, shared)
    return [f"static void {provided.name}_{method.name}_dispatch(camkes_rpc_t *rpc)", "{"] + ["    " + l for l in lines] + ["}", ""]


def _server_in(p, shared):
    if p.type == "string" and shared:
        return [f"char {p.name}[{STRING_MAX}];", f"camkes_get_string(&rpc->in, {p.name}, sizeof({p.name}));"]
    if p.type == "string":
        return [f"size_t {p.name}_n;", f"char *{p.name} = (char *)camkes_get_ref(&rpc->in, &{p.name}_n);"]
    if p.array:
        lines = [f"size_t {p.name}_n;", f"const {ctype(p.type)} *{p.name} = camkes_get_ref(&rpc->in, &{p.name}_n);"]
        return lines if SCALARS[p.type] == 1 else lines + [f"{p.name}_n /= {SCALARS[p.type]}u;"]
    return [f"{ctype(p.type)} {p.name} = {_get(p, '&rpc->in')};"]


def _head_words(method, p, word_bytes):
    """Words of the reply in front of the data of output p: return value and earlier scalars."""
    count = 0 if method.ret == "void" else words(method.ret, word_bytes)
    for other in outs(method):
        if other is p:
            return count
        count += words(other.type, word_bytes)
    return count


def _server_out(method, p, shared, word_bytes):
    """Where the handler puts its result. Over a shared page: in place, or behind an input array that lies there."""
    if not p.is_data:
        return [f"{ctype(p.type)} {p.name} = 0;"]
    element = SCALARS.get(p.type, 1)
    if not shared:
        size = f"CAMKES_IPC_MAX_DATA / {element}u" if element > 1 else "CAMKES_IPC_MAX_DATA"
        lines = [f"{ctype(p.type)} {p.name}[{size}];"]
        return lines + ([f"size_t {p.name}_n = {size};"] if p.array else [f"{p.name}[0] = '\\0';"])
    start = "rpc->in" if any(q.array for q in ins(method)) else "rpc->out"
    lines = [f"camkes_stream_t {p.name}_s = {start};"]
    if start == "rpc->out":
        lines.append(f"{p.name}_s.at += {_head_words(method, p, word_bytes)};")
    else:
        lines.append(f"{p.name}_s.end = rpc->out.end;")
    lines += [f"size_t {p.name}_room;", f"{ctype(p.type)} *{p.name} = camkes_put_begin(&{p.name}_s, &{p.name}_room);"]
    if p.array:
        return lines + [f"size_t {p.name}_n = {p.name}_room" + (f" / {element}u;" if element > 1 else ";")]
    return lines + [f"if ({p.name}_room == 0) return;", f"{p.name}[0] = '\\0';"]


def _arguments(method, shared):
    args = []
    for p in method.params:
        if p.array:
            args += [p.name, f"{p.name}_n" if p.direction == "in" else f"&{p.name}_n"]
        elif p.type == "string":
            args += [p.name] if p.direction == "in" else [p.name, f"{p.name}_room" if shared else f"sizeof({p.name})"]
        else:
            args.append(p.name if p.direction == "in" else f"&{p.name}")
    return args


def _server_result(method, p, shared):
    if not p.is_data:
        return [_put(p.type, p.name, "&rpc->out")]
    count = _array_bytes(p, p.name + "_n") if p.array else f"strlen({p.name})"
    if not shared:
        return [f"camkes_put_array(&rpc->out, {p.name}, {count});"]
    if any(q.array for q in ins(method)):
        return [f"{{ size_t n = {count}; void *to = camkes_put_begin(&rpc->out, &{p.name}_room);",
                f"  if (to && n <= {p.name}_room) memmove(to, {p.name}, n);", "  camkes_put_end(&rpc->out, n); }"]
    return [f"camkes_put_begin(&rpc->out, &{p.name}_room);", f"camkes_put_end(&rpc->out, {count});"]


def parked_reply(provided, method):
    """X_method_reply: answers a parked call."""
    lines = ["camkes_stream_t s = camkes_reply_begin(camkes_p);"]
    if method.ret != "void":
        lines.append(_put(method.ret, "camkes_ret", "&s"))
    for p in outs(method):
        if p.array:
            lines.append(f"camkes_put_array(&s, {p.name}, {_array_bytes(p, p.name + '_n')});")
        elif p.type == "string":
            lines.append(f"camkes_put_string(&s, {p.name});")
        else:
            lines.append(_put(p.type, p.name, "&s"))
    lines.append("camkes_reply_end(camkes_p, &s);")
    return [reply_signature(provided.name, method), "{"] + ["    " + l for l in lines] + ["}", ""]
