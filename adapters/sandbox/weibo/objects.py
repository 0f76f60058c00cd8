"""The objects of the open API's answers: user, status, comment. Ids come as numbers and again as texts. Pure."""

from typing import Any

from adapters.sandbox.weibo.identities import write_moment
from adapters.sandbox.weibo.square import GOVERNMENT, ORDINARY, Comment, Person, Post, Square

SOURCE = '<a href="http://weibo.com" rel="nofollow">微博网页版</a>'
LONG_TEXT = 140
"""Characters of a post before it is cut and `isLongText` is set."""


def user_object(person: Person) -> dict[str, Any]:
    """Return a user; who did not authorise the app is told of with little more than the name."""
    return {
        "id": int(person.uid),
        "idstr": person.uid,
        "screen_name": person.name,
        "name": person.name,
        "profile_url": f"u/{person.uid}",
        "verified": person.verified_type != ORDINARY,
        "verified_type": person.verified_type,
        "verified_reason": f"{person.name}官方微博" if person.verified_type == GOVERNMENT else "",
    }


def status_object(square: Square, post: Post, *, base: str, long_text: bool = False) -> dict[str, Any]:
    """Return a post: cut when it is long, unless `long_text`; a deleted one has neither text nor user.

    `base` is the address under which the pictures are served.
    """
    ids = {"created_at": write_moment(post.time), "id": post.id, "idstr": str(post.id), "mid": str(post.id)}
    if post.deleted:
        return ids | {"deleted": "1", "text": "抱歉，此微博已被作者删除。"}
    cut = len(post.text) > LONG_TEXT
    pictures = [{"thumbnail_pic": f"{base}/thumbnail/{name}.jpg"} for name in post.pictures]
    status: dict[str, Any] = ids | {
        "text": post.text
        if long_text or not cut
        else f"{post.text[:LONG_TEXT]}...全文： http://m.weibo.cn/{post.uid}/{post.id}",
        "isLongText": cut,
        "source": SOURCE,
        "favorited": False,
        "truncated": False,
        "geo": None,
        "pic_urls": pictures,
        "user": user_object(square.meet(post.uid)),
        "reposts_count": 0,
        "comments_count": sum(comment.post == post.id and not comment.deleted for comment in square.comments.values()),
        "attitudes_count": 0,
    }
    if post.pictures:
        status |= {f"{size}_pic": f"{base}/{place}/{post.pictures[0]}.jpg" for size, place in _SIZES.items()}
    if cut and long_text:
        status["longText"] = {"longTextContent": post.text}
    return status


_SIZES = {"thumbnail": "thumbnail", "bmiddle": "bmiddle", "original": "large"}
"""Field → folder of the picture host; `large` is the picture as it was sent."""


def comment_object(square: Square, comment: Comment, *, base: str) -> dict[str, Any]:
    """Return a comment with its author, its post, and the comment it answers."""
    value: dict[str, Any] = {
        "created_at": write_moment(comment.time),
        "id": comment.id,
        "idstr": str(comment.id),
        "mid": str(comment.id),
        "rootid": comment.id,
        "text": comment.text,
        "source": SOURCE,
        "user": user_object(square.meet(comment.uid)),
        "status": status_object(square, square.posts[comment.post], base=base),
    }
    answered = square.comments.get(comment.reply_to)
    if answered is not None:
        value["reply_comment"] = {
            "created_at": write_moment(answered.time),
            "id": answered.id,
            "idstr": str(answered.id),
            "mid": str(answered.id),
            "text": answered.text,
            "user": user_object(square.meet(answered.uid)),
        }
    return value
