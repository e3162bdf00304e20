"""What is wrong with a query, in words: each fault is said here once, in both languages, wherever it is found."""

from __future__ import annotations

from typing import NamedTuple

from core.errors import QueryError, UnsupportedError
from core.fields import Kind
from core.said import NOTHING, Said


class Fault(NamedTuple):
    """What is wrong, and what to do about it where that is known."""

    what: Said
    hint: Said = NOTHING

    def at(self, position: int | None) -> QueryError:
        """The error that says so; `position` is the 0-based offset into what was typed, None where it has none."""
        return QueryError(self.what.en, self.hint.en, position, self.what.zh + self.hint.zh)

    @property
    def error(self) -> QueryError:
        """The same without a place in a text."""
        return self.at(None)

    @property
    def unsupported(self) -> UnsupportedError:
        """The error of a target that cannot do it."""
        return UnsupportedError(self.what.en, self.hint.en, self.what.zh + self.hint.zh)


NOT_CLOSED = Fault(
    Said("A quotation mark is not closed.", "引号没有闭合。"),
    Said('Close it, or write \\" for the character.', '请补上另一半，或用 \\" 表示引号本身。'),
)
NESTED = Fault(Said("The query is nested too deep.", "查询嵌套过深。"))
RANGE_ALONE = Fault(
    Said("A range needs a field.", "范围须写明字段。"),
    Said("Write field:>=5 or field:[1 TO 5].", "请写作 字段:>=5 或 字段:[1 TO 5]。"),
)
NOT_FINITE = Fault(Said("A query cannot ask for a number that is not finite.", "查询中的数值必须有限。"))


def too_long(most: int) -> Fault:
    """More characters than `most`."""
    return Fault(Said(f"The query is longer than {most} characters.", f"查询超过 {most} 个字符。"))


def parentheses(most: int) -> Fault:
    """More parentheses within each other than `most`."""
    zh = f"括号嵌套超过 {most} 层。"
    return Fault(Said(f"Parentheses are nested deeper than {most} levels.", zh))


def deeper(most: int) -> Fault:
    """A tree of more levels than `most`."""
    return Fault(Said(f"The query is nested deeper than {most} levels.", f"查询嵌套超过 {most} 层。"))


def larger(most: int) -> Fault:
    """A tree of more comparisons than `most`."""
    return Fault(Said(f"The query holds more than {most} comparisons.", f"查询中的比较超过 {most} 项。"))


def unreadable(rest: str) -> Fault:
    """The grammar does not go on with `rest`, or ends there where it is empty."""
    what = Said(f"The query cannot be read from {rest!r} on.", f"查询从 {rest!r} 起无法理解。")
    return Fault(
        what if rest else Said("The query ends too early.", "查询不完整。"),
        Said(
            "Check parentheses and brackets, and put text with special characters in quotation marks.",
            "请检查括号是否成对；含特殊字符的文本须加引号。",
        ),
    )


def meaningless(name: Said) -> Fault:
    """A form of the grammar that is not ours."""
    return Fault(Said(f"{name.en} has no meaning here.", f"此处不支持{name.zh}。"))


def field_within(outer: str) -> Fault:
    """A field where the values of another are listed."""
    return Fault(Said(f"A field within the group of {outer}.", f"{outer} 的括号内又出现了字段。"))


def boundless(field: str) -> Fault:
    """A range without ends."""
    return Fault(
        Said(f"The range of {field} has no bound.", f"{field} 的范围没有上下限。"),
        Said("Give one, or ask whether the field exists.", "请给出其一，或查询该字段是否存在。"),
    )


def no_number(field: str, value: object) -> Fault:
    """A value for a field of numbers."""
    return Fault(Said(f"{field} holds numbers; {value!r} is none.", f"{field} 是数值字段，{value!r} 不是数值。"))


def no_time(field: str, value: object) -> Fault:
    """A value for a field of times."""
    return Fault(
        Said(f"{field} holds times; {value!r} is none.", f"{field} 是时间字段，{value!r} 不是时间。"),
        Said(
            "Write 2026-08-20, 2026-08-20T07:30:00Z or now-15m.",
            "请写作 2026-08-20、2026-08-20T07:30:00Z 或 now-15m。",
        ),
    )


def no_address(field: str, value: object, kind: Kind) -> Fault:
    """A value for a field of addresses of that kind."""
    name, part = ("MAC", "00:80:f4:*") if kind is Kind.MAC else ("IP", "10.0.0.*")
    return Fault(
        Said(
            f"{field} holds {name} addresses; {value!r} is none.", f"{field} 是地址字段，{value!r} 不是 {name} 地址。"
        ),
        Said(f"Write {part} for a part of one.", f"查地址的一部分请写作 {part}。"),
    )


def no_network(value: str) -> Fault:
    """Something with a slash for a field of IP addresses."""
    return Fault(
        Said(f"{value!r} is no network.", f"{value!r} 不是网段。"),
        Said("Write 10.0.0.0/8 or fe80::/10.", "请写作 10.0.0.0/8 或 fe80::/10。"),
    )


def no_truth(field: str, value: object) -> Fault:
    """A value for a field that is true or false."""
    zh = f"{field} 只取 true 或 false，{value!r} 不适用。"
    return Fault(Said(f"{field} is true or false; {value!r} does not fit.", zh))


def no_range(field: str) -> Fault:
    """A range of a field that is true or false."""
    return Fault(Said(f"{field} is true or false and has no range.", f"{field} 只取 true 或 false，没有范围。"))


def no_text(field: str) -> Fault:
    """A pattern for a field of other values."""
    return Fault(
        Said(f"{field} holds no text, so no pattern fits it.", f"{field} 不是文本字段，不能用通配符或正则表达式。"),
        Said("Compare it or give a range.", "请直接比较，或给出范围。"),
    )


def text_range(field: str) -> Fault:
    """A range of numbers for a field of text."""
    zh = f"{field} 是文本字段，不能用数值范围。"
    return Fault(Said(f"{field} holds text, so a range of numbers does not fit it.", zh))


def different(field: str, other: str) -> Fault:
    """Two fields that never compare."""
    zh = f"{field} 与 {other} 的取值类型不同，不能比较。"
    return Fault(Said(f"{field} and {other} hold values of different kinds.", zh))


def long_expression(most: int) -> Fault:
    """A regular expression of more characters than `most`."""
    zh = f"正则表达式超过 {most} 个字符。"
    return Fault(Said(f"The regular expression is longer than {most} characters.", zh))


def expression(pattern: str, what: Said, at: int) -> Fault:
    """A regular expression that has `what` at that 0-based character."""
    return Fault(
        Said(
            f"The regular expression {pattern!r} has {what.en} at character {at + 1}.",
            f"正则表达式 {pattern!r} 第 {at + 1} 个字符处不可用：{what.zh}。",
        ),
        Said(
            "Regular expressions are the subset of RE2 without look-around and back-references.",
            "支持 RE2 的子集，不含环视和反向引用。",
        ),
    )


def column_type(dtype: object) -> Fault:
    """A column that Polars cannot compare."""
    return Fault(Said(f"Polars: columns of type {dtype} cannot be compared.", f"Polars：{dtype} 类型的列不能比较。"))


def list_column(field: str, other: str) -> Fault:
    """Two columns that Polars cannot compare."""
    zh = f"Polars：{field} 与 {other} 不能比较，其中之一是列表。"
    return Fault(Said(f"Polars: {field} and {other} cannot be compared, one is a list.", zh))


def large_expression(pattern: str) -> Fault:
    """A regular expression that is too much for Polars."""
    zh = f"Polars：正则表达式 {pattern!r} 过大。"
    return Fault(Said(f"Polars: the regular expression {pattern!r} is too large.", zh))
