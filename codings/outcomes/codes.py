"""Codes and identifiers that are not what they should be."""

from codings.base import Kind, Problem, Words


class CodeUnknown(Problem):
    code = "code.unknown"
    words = Words(
        fa="کد «{value}» در فهرست «{system}» وجود ندارد.",
        en="The code “{value}” is not in the list “{system}”.",
    )
    fix = Words(
        fa="یکی از کدهای ویرایش جاری این فهرست را انتخاب کنید.",
        en="Choose a code from the current release of this list.",
    )


class SystemUnknown(Problem):
    code = "code.system_unknown"
    kind = Kind.MISSING
    words = Words(
        fa="نظام کدگذاری «{system}» در این سامانه بارگذاری نشده است.",
        en="The code system “{system}” is not loaded here.",
    )


class IdentifierRefused(Problem):
    """Says what the identifier's own definition says."""

    code = "identifier.invalid"
    words = Words(fa="{fa}", en="{en}")
