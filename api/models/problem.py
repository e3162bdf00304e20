"""The one shape of every error: RFC 9457 problem details."""

from pydantic import Field

from api.models.base import Model


class Fault(Model):
    """One value that was sent and cannot be used."""

    location: str = Field(description="where it was", examples=["query.size"])
    message: str = Field(examples=["Input should be less than or equal to 1000"])


class Problem(Model):
    """What went wrong, in words for a person and a type for a program."""

    type: str = Field(description="stable name of the kind of problem", examples=["urn:liaowang:problem:unknown-name"])
    title: str = Field(description="the kind of problem in words", examples=["No such name"])
    status: int = Field(ge=400, le=599, examples=[400])
    detail: str = Field(description="what is wrong this time", examples=["Unknown field 'modbus.adress'."])
    hint: str | None = Field(None, description="what to do about it", examples=["Did you mean modbus.address?"])
    zh: str | None = Field(
        None,
        description="`detail` and `hint` in Chinese, where the platform has the words",
        examples=["没有名为 'modbus.adress' 的字段。是否指 modbus.address？"],
    )
    position: int | None = Field(None, ge=0, description="0-based offset of the fault in a query text", examples=[7])
    errors: list[Fault] | None = Field(None, description="values that cannot be used, one by one")
