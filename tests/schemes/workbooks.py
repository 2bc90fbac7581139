"""A small workbook of our own making: the sheets of the official one, every operator of its language."""

from drgsim._optional import require

HEADERS = {
    "MDC": ["编码", "名称", "规则", "排序"],
    "ADRG": ["", "编码", "名称", "规则", "mdc", "排序"],
    "DRG": ["编码", "名称", "规则", "adrg", "mdc", "排序"],
    "集合": ["set_id", "icd_code"],
    "CC": ["icd", "name", "exclusion_table", "type"],
    "排除表": ["set_id", "icd_code", "icd_name"],
}
SHEETS = {
    "MDC": [
        ["MDCB", "神经系统", "ZYZD in DI_B00", 3],
        ["MDCA", "先期分组", "ZYSS in OP_ALL", 1],
        ["MDCP", "新生儿", "((NL=0) and (XSRTL>=29) and (XSRTL<366)_x000D_\nand (ZYZD in DI_PV1) and "
         "(ZYSS not in OP_ALL)) OR ((NL=0) and (XSRTL<29))", 2],
        ["MDCZ", "多发创伤", "length(DI_Z00 ∩ {ZYZD, QTZD})>=2", 2.5],
    ],
    "ADRG": [
        [1, "BR1", "脑血管病", "ZYZD in DI_BR1", "MDCB", 20],
        ["", "AC1", "联合移植",
         "(ZYSS in OP1_AC1 and {ZYSS, QTSS} in OP2_AC1) or (QTSS in OP1_AC1)", "MDCA", 1],
        [2, "BB1", "开颅术", "(ZYZD in {DI_BB1, DI_BR1}) and ZYSS in OP_BB1", "MDCB", 10],
        [3, "BQY", "歧义病案组", "ZYSS in OP_ALL", "MDCB", 15],
        [4, "PS1", "极低体重", "{ZYZD, QTZD} in DI_PV1 and XSRTZ < 1500", "MDCP", 1],
        [5, "ZZ1", "无手术", 1, "MDCZ", 1],
        [6, "B00", "未入组", "", "MDCB", 99],
    ],
    "DRG": [
        ["AC19", "联合移植", "", "AC1", "MDCA", 1],
        ["BB11", "开颅术，伴严重", "QTZD in MCC", "BB1", "MDCB", 1],
        ["BB15", "开颅术，不伴", "", "BB1", "MDCB", 3],
        ["BB13", "开颅术，伴", "QTZD in {MCC, CC}", "BB1", "MDCB", 2],
        ["BQY", "歧义病案组", "", "BQY", "MDCB", 1],
        ["BR1E", "脑血管病，高龄", "MCC and NL>=70", "BR1", "MDCB", 1],
        ["BR19", "脑血管病", "", "BR1", "MDCB", 2],
        ["PS19", "极低体重", "XB in {1, 2}", "PS1", "MDCP", 1],
        ["ZZ19", "无手术", "", "ZZ1", "MDCZ", 1],
        ["B000", "未入组", "", "B00", "MDCB", 1],
        ["0000", "未入组", "", "", "", 999],
    ],
    "集合": [
        ["DI_B00", "I60.000"], ["DI_B00", "I63.000"], ["DI_B00", "I60.000"], ["DI_BB1", "I60.000"],
        ["DI_BR1", "I63.000"], ["DI_PV1", "P07.000"], ["DI_Z00", "S06.000"], ["DI_Z00", "S27.000"],
        ["OP_ALL", "37.5100"], ["OP_ALL", "01.2400"], ["OP_ALL", "17.7200x001"], ["OP_BB1", "17.7200x001"],
        ["OP1_AC1", "55.6900"], ["OP2_AC1", "52.8000"],
        ["OP_BB1", "01.2400"],
    ],
    "CC": [["J96.000", "呼衰", "EX_103", "MCC"], ["E11.900", "糖尿病", "EX_9", "CC"],
           ["I10.x00", "高血压", "无", "cc"]],
    "排除表": [["EX_103", "I63.000", "脑梗死"], ["EX_9", "I63.000", "脑梗死"], ["EX_103", "P24.100", ""],
            ["EX_9", "I63.000", "脑梗死"]],
}  # fmt: skip


def write_workbook(path, *, headers=HEADERS, title_rows=0, **changed):
    """Write the workbook; `changed` replaces rows of a sheet, None leaves the sheet out."""
    xlsxwriter = require("xlsxwriter", extra="excel", feature="writing a workbook")
    with xlsxwriter.Workbook(str(path), {"strings_to_numbers": False}) as book:
        for name, rows in {**SHEETS, **changed}.items():
            if rows is None:
                continue
            sheet = book.add_worksheet(name)
            lines = [["某标题"]] * title_rows + [headers[name], *rows]
            for index, cells in enumerate(lines):
                sheet.write_row(index, 0, cells)
    return path
