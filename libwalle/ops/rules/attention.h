#pragma once

#include "libwalle/ops/rules/formula.h"

// Products of attention where groups of query heads share a key's or value's head.
namespace walle::ops::rules {

/// q [B,H,L,D] · k [B,Hk,S,D]ᵀ → [B,H,L,S]; H is a multiple of Hk, and head h reads key head h / (H / Hk).
[[nodiscard]] Term attention_scores(Term q, Term k);
/// p [B,H,L,S] · v [B,Hk,S,D] → [B,H,L,D].
[[nodiscard]] Term attention_values(Term p, Term v);
/// [B, L, heads · D] as [B, heads, L, D].
[[nodiscard]] Term split_heads(Term x, int64_t heads);
/// [B, heads, L, D] as [B, L, heads · D].
[[nodiscard]] Term join_heads(Term x);

}  // namespace walle::ops::rules
