"""The one query tree: search text and rules come in, targets (Polars now, others later) go out.

What a query means is fixed by `reference` row by row, and is the same in every target:

- Two-valued: a comparison with a missing (null) field is false, its `not` is true.
- Lists: a comparison is true where any element makes it true. An empty list is a missing field.
- Text ignores case unless `cased`: both sides are folded by `text.fold` (simple lower-case mapping).
- Numbers compare exactly, whatever their width. NaN is there (`Exists`) but is like no number.
- A number asked of a text field means its decimal text; text asked of a number field means the number it
  spells (decimal or 0x…), and is false where it spells none. Booleans are `true` and `false`, never 1 and 0.
- Dates are nanoseconds since 1970-01-01 UTC, or RFC 3339 text.
- Addresses (fields of kind `ip` and `mac`, and every `Cidr`) compare as addresses, however they are written: an
  IPv4-mapped IPv6 address is the IPv4 address it carries (RFC 4291 §2.5.5.2), no network of one family takes
  the other, and a MAC address is the same with colons, hyphens, dots or none. Patterns are on their text.
- Regular expressions are found anywhere in the text; see `regex` for the subset of RE2.
- Patterns (wildcard, regex, cidr) and a range of numbers never match a field of another kind; `check` says so
  to a person before anything runs.
"""
