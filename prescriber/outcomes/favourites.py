"""What can be refused about favourites."""

from codings.base import Kind, Problem, Words


class FavouriteNotFound(Problem):
    """One answer for a favourite that does not exist and for a colleague's."""

    code = "favourite.not_found"
    kind = Kind.MISSING
    words = Words(
        fa="این مورد در فهرست پرکاربردهای شما نیست.",
        en="This is not among your favourites.",
    )
    fix = Words(fa="فهرست را دوباره باز کنید.", en="Open the list again.")


class FavouriteNameTaken(Problem):
    code = "favourite.name_taken"
    kind = Kind.CONFLICT
    words = Words(
        fa="مورد دیگری با نام «{name}» در پرکاربردهای شما هست و چیزی ذخیره نشد.",
        en="Another of your favourites is called “{name}”; nothing was kept.",
    )
    fix = Words(fa="نام دیگری بنویسید.", en="Write another name.")


class FavouriteUnnamed(Problem):
    code = "favourite.unnamed"
    words = Words(
        fa="نام پرکاربرد باید بین ۱ تا {longest} نویسه باشد و نویسهٔ پنهان نداشته باشد.",
        en="A favourite needs a name of 1 to {longest} characters without hidden ones.",
    )
    fix = Words(fa="نامی کوتاه بنویسید، بدون نام بیمار.", en="Write a short name, never a patient's.")


class FavouritesFull(Problem):
    code = "favourite.full"
    kind = Kind.CONFLICT
    words = Words(
        fa="فهرست پرکاربردها با {most} مورد پر است.",
        en="The list of favourites is full with {most}.",
    )
    fix = Words(fa="موردی را که لازم ندارید بردارید.", en="Remove one that you do not need.")


class FavouriteIncomplete(Problem):
    code = "favourite.incomplete"
    words = Words(
        fa="این قلم هنوز کامل نیست و نمی‌تواند پرکاربرد شود.",
        en="This item is not complete yet, so it cannot become a favourite.",
    )
    fix = Words(fa="مقدار، دفعات و مدت را بنویسید.", en="Write its dose, frequency and duration.")
