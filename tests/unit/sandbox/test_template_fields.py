"""The limits of template fields."""

import pytest

from adapters.sandbox.errors import ApiError
from adapters.sandbox.wechat.template_fields import check_fields


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("thing1", "一" * 20, "一" * 21),
        ("number2", "1" * 32, "1" * 33),
        ("letter3", "a" * 32, "a1"),
        ("symbol4", "*****", "******"),
        ("character_string5", "WQ20261121-0000019", "编号"),
        ("time6", "2019年10月1日 15:01", "3 点"),
        ("time6", "2019年10月1日 15:01~2019年10月2日 15:01", "15:01~"),
        ("time6", "2026-11-21 15:01:02", "2026-11"),
        ("date7", "2019年10月1日", "十月"),
        ("amount8", "100元", "一百元"),
        ("phone_number9", "+86-0766-66888866", "0" * 18),
        ("car_number10", "粤A8Z888挂"[:8], "粤A8Z888挂挂"),
        ("name11", "张三", "一" * 11),
        ("name11", "Zhang San", "a" * 21),
        ("phrase12", "配送中", "配送中配送中"),
        ("const13", "天气良好", "一" * 21),
    ],
)
def test_limits(field: str, good: str, bad: str) -> None:
    assert check_fields([field], {field: {"value": good}}) == {field: good}
    with pytest.raises(ApiError) as refused:
        check_fields([field], {field: {"value": bad}})
    assert (refused.value.errcode, refused.value.errmsg) == (47003, f"argument invalid! data.{field}.value invalid")


@pytest.mark.parametrize("data", [{}, {"thing1": {}}, {"thing1": {"value": ""}}, {"thing1": "text"}, {"thing1": None}])
def test_missing_values(data: dict[str, object]) -> None:
    with pytest.raises(ApiError) as refused:
        check_fields(["thing1"], data)
    assert (refused.value.errcode, refused.value.errmsg) == (47003, "argument invalid! data.thing1.value is empty")
