"""The words of the safety rules, in both languages: the patient's fact, the risk, and what to do about it."""

from codings.base import Words

Fix = tuple[str, Words]  # the action's stable name, and its label

# --- What can be done -----------------------------------------------------------------------------

RECORD_ALLERGIES: Fix = (
    "record_allergies",
    Words("از بیمار دربارهٔ حساسیت بپرسید و پاسخ را ثبت کنید", "Ask the patient and record the answer"),
)
REVIEW_ALLERGIES: Fix = (
    "review_allergies",
    Words("سابقهٔ حساسیت را با بیمار بازبینی کنید", "Review the recorded allergies with the patient"),
)
CHANGE_MEDICINE: Fix = (
    "change_medicine",
    Words("داروی دیگری انتخاب کنید", "Choose another medicine"),
)
REMOVE_ITEM: Fix = (
    "remove_item",
    Words("یکی از اقلام را حذف کنید", "Remove one of the items"),
)
CHANGE_DOSE: Fix = ("change_dose", Words("مقدار هر نوبت را اصلاح کنید", "Correct the dose"))
CHECK_DOSE: Fix = ("check_dose", Words("مقدار روزانه را خودتان بررسی کنید", "Check the daily dose yourself"))
CHANGE_QUANTITY: Fix = ("change_quantity", Words("تعداد را اصلاح کنید", "Correct the quantity"))
CHECK_QUANTITY: Fix = ("check_quantity", Words("تعداد را خودتان بررسی کنید", "Check the quantity yourself"))
CHANGE_UNIT: Fix = ("change_unit", Words("واحد را اصلاح کنید", "Correct the unit"))
CHANGE_REPEATS: Fix = ("change_repeats", Words("دفعات تکرار را کم کنید", "Lower the number of repeats"))
CHANGE_INSTRUCTION: Fix = (
    "change_instruction",
    Words("عدد را از توضیح بردارید یا دستور دارو را اصلاح کنید", "Take the number out, or correct the order"),
)
CHANGE_FREQUENCY: Fix = ("change_frequency", Words("«هفته‌ای یک بار» را انتخاب کنید", "Choose “once a week”"))
CHOOSE_WEEKDAY: Fix = ("choose_weekday", Words("روز هفته را انتخاب کنید", "Choose the weekday"))
GIVE_REASON: Fix = ("give_reason", Words("دلیل را ثبت کنید و ادامه دهید", "Give a reason and go on"))

# --- What is said ---------------------------------------------------------------------------------

NOT_ASKED = Words(
    "دربارهٔ حساسیت دارویی از این بیمار پرسیده نشده است. پیش از امضا بپرسید و پاسخ را ثبت کنید، "
    "حتی اگر بیمار حساسیتی نمی‌شناسد.",
    "This patient has not been asked about allergies. Ask and record the answer before signing, "
    "also when none is known.",
)
ALLERGY = Words(
    "قلم {item}، {name}: بیمار به این دارو یا به گروه آن حساسیت ثبت‌شده دارد ({what}) و ممکن است واکنش شدید نشان دهد. "
    "داروی دیگری انتخاب کنید؛ اگر سابقه درست نیست، نخست آن را با بیمار بازبینی و اصلاح کنید.",
    "Item {item}, {name}: the patient has a recorded allergy to it or to its class ({what}) and may react severely. "
    "Choose another medicine; if the record is wrong, review and correct it with the patient first.",
)
ALLERGY_OF_CLASS = Words(
    "قلم {item}، {name}: بیمار به داروی دیگری از همین گروه حساسیت دارد و ممکن است به {what} هم واکنش نشان دهد. "
    "داروی دیگری انتخاب کنید یا دلیل تجویز را ثبت کنید.",
    "Item {item}, {name}: the patient is allergic to another medicine of this class and may react to {what} too. "
    "Choose another medicine, or give the reason for prescribing it.",
)
DUPLICATE = Words(
    "مادهٔ مؤثر {what} در اقلام {items} تکرار شده است و بیمار ممکن است بیش از اندازه مصرف کند. "
    "یکی را حذف کنید یا دلیل را ثبت کنید.",
    "Items {items} contain the same ingredient ({what}), so the patient may take too much. "
    "Remove one of them, or give a reason.",
)
ABOVE_MAXIMUM = Words(
    "{name} در قلم {items}: مقدار روزانه {daily} میلی‌گرم است و از بیشینهٔ {limit} میلی‌گرم در روز می‌گذرد. "
    "مقدار هر نوبت و دفعات مصرف را بررسی کنید.",
    "{name} in item {items}: {daily} mg a day is more than the maximum of {limit} mg. "
    "Check the dose and the frequency.",
)
NO_MAXIMUM = Words(
    "{name} در قلم {items}: بیشینهٔ مقدار روزانه در کدگذاری دارویی ثبت نشده است و بررسی نشد.",
    "{name} in item {items}: the codings hold no maximum daily dose, so it was not checked.",
)
NO_DAILY_DOSE = Words(
    "{name} در قلم {items}: مقدار روزانه از این دستور به دست نمی‌آید و با بیشینهٔ مجاز سنجیده نشد.",
    "{name} in item {items}: the daily dose does not follow from this order, so it was not checked.",
)
CHILD = Words(
    "{name} در قلم {items}: بیشینهٔ ثبت‌شده برای بزرگسالان است و این بیمار کودک است. مقدار را با وزن بسنجید.",
    "{name} in item {items}: the recorded maximum is for adults and this patient is a child. "
    "Check the dose against the weight.",
)
QUANTITY = Words(
    "قلم {item}، {name}: تعداد {given} با دستور مصرف نمی‌خواند؛ برای این دوره {needed} لازم است. "
    "تعداد را اصلاح کنید یا دلیل را ثبت کنید.",
    "Item {item}, {name}: the quantity {given} does not match the order, which needs {needed}. "
    "Correct it, or give a reason.",
)
QUANTITY_UNKNOWN = Words(
    "قلم {item}، {name}: این دستور نمی‌گوید روزی چند نوبت مصرف می‌شود و تعداد بررسی نشد.",
    "Item {item}, {name}: the order does not say how many doses a day, so the quantity was not checked.",
)
UNIT = Words(
    "قلم {item}، {name}: واحد «{given}» برای این دارو نیست؛ مقدار و تعداد را به «{unit}» بنویسید.",
    "Item {item}, {name}: “{given}” is not a unit of this medicine; write dose and quantity in “{unit}”.",
)
REPEATS = Words(
    "قلم {item}، {name}: نسخه حداکثر {most} بار تکرار می‌شود. دفعات تکرار را کم کنید.",
    "Item {item}, {name}: a prescription is repeated at most {most} times. Lower the repeats.",
)
WEEKLY = Words(
    "قلم {item}، {name}: این دارو تنها هفته‌ای یک بار مصرف می‌شود و مصرف روزانهٔ آن می‌تواند کشنده باشد. "
    "«هفته‌ای یک بار» و روز هفته را انتخاب کنید.",
    "Item {item}, {name}: this medicine is taken once a week only; a daily dose can kill. "
    "Choose “once a week” and the weekday.",
)
WEEKDAY = Words(
    "قلم {item}، {name}: روز مصرف در هفته معلوم نیست و بیمار ممکن است آن را روزانه مصرف کند. روز هفته را انتخاب کنید.",
    "Item {item}, {name}: the weekday is missing, and the patient may take it daily. Choose the weekday.",
)
INSTRUCTION = Words(
    "قلم {item}، {name}: عدد {what} در توضیح با دستور کدگذاری‌شده نمی‌خواند و ممکن است بیمار را به اشتباه بیندازد. "
    "آن را بردارید، دستور را اصلاح کنید یا دلیل را ثبت کنید.",
    "Item {item}, {name}: the number {what} in the instruction is not in the coded order and may mislead the patient. "
    "Take it out, correct the order, or give a reason.",
)
