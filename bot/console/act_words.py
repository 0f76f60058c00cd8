"""What staff read of acts and roles, in the console and on the command line. Citizens read neither."""

from collections.abc import Mapping
from typing import Final

from bot.petitions.acts import Act
from bot.petitions.vocabulary import Role

ACTS: Final[Mapping[Act, str]] = {
    Act.FILE: "登记",
    Act.ACCEPT: "受理",
    Act.REFUSE: "不予受理",
    Act.FORWARD: "转办",
    Act.ANSWER: "答复",
    Act.CLOSE: "办结",
    Act.WITHDRAW: "撤回",
    Act.RATE: "评价",
    Act.SIGN: "签收",
    Act.RETURN: "退回",
    Act.COHANDLE: "协办",
    Act.CONTRIBUTE: "协办意见",
    Act.ASK: "待补充",
    Act.SUPPLEMENT: "补充",
    Act.RESUME: "恢复办理",
    Act.EXTEND: "延期",
    Act.GRANT: "同意延期",
    Act.DENY: "不同意延期",
    Act.CHASE: "催办",
    Act.SUPERVISE: "督办",
    Act.FEEDBACK: "督办反馈",
    Act.REDO: "重办",
    Act.REVIEW: "复查",
    Act.RECHECK: "复核",
    Act.DECIDE: "复查意见",
    Act.JOIN: "联名",
    Act.LEAVE: "退出联名",
}
"""The words on the buttons."""
ROLES: Final[Mapping[Role, str]] = {
    Role.CITIZEN: "市民",
    Role.CLERK: "受理员",
    Role.OFFICER: "承办员",
    Role.SUPERVISOR: "督办员",
    Role.ADMIN: "管理员",
    Role.CLOCK: "系统",
}
