"""How the page looks on a screen and on A4 paper."""

CSS = """
@page { size: A4; margin: 9mm 14mm; }
* { box-sizing: border-box; }
html { background: #eef0f2; }
body { margin: 0 auto; max-width: 186mm; padding: 8mm 6mm; background: #fff; color: #1d2733;
  font: 9pt/1.38 "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei",
  "WenQuanYi Zen Hei", "Segoe UI", Arial, sans-serif; }
h1 { font-size: 17pt; line-height: 1.25; margin: 0 0 1mm; }
h2 { font-size: 11.5pt; margin: 3mm 0 .8mm; padding-bottom: .6mm; border-bottom: .4mm solid #1f5a99;
  break-after: avoid; }
h1 .en, h2 .en { font-weight: normal; font-size: 72%; color: #5c6670; }
.en { color: #5c6670; font-size: 88%; }
p { margin: 1mm 0; }
.lead { color: #3c4650; }
.trust { border-left: 1mm solid #f2a53a; background: #fdf6ea; padding: 1.2mm 2.5mm; margin: 2mm 0;
  break-inside: avoid; }
.warn { border-left: 1mm solid #b3261e; background: #fbeeed; padding: 1.2mm 2.5mm; margin: 2mm 0;
  break-inside: avoid; }
.warn ul, .trust ul { margin: 0; }
ul { margin: 1mm 0; padding-left: 5mm; }
li { margin: .8mm 0; break-inside: avoid; }
table { border-collapse: collapse; width: 100%; margin: 1.2mm 0 2mm; font-size: 8pt; line-height: 1.25;
  break-inside: avoid; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .5mm 1.6mm .5mm 0; border-bottom: .2mm solid #d9dde1;
  vertical-align: top; }
h2 + p { break-after: avoid; }
th { font-weight: 600; vertical-align: bottom; border-bottom: .3mm solid #5c6670; }
th .en { font-weight: normal; display: block; font-size: 84%; }
th.figure, td.figure { text-align: right; padding: .5mm 0 .5mm 2mm; }
td.figure { white-space: nowrap; }
td .en { font-size: 84%; }
figure { margin: 0 0 1mm; min-width: 0; break-inside: avoid; }
.beside { display: table; width: 100%; table-layout: fixed; break-inside: avoid; }
.beside figure { display: table-cell; vertical-align: top; }
.beside figure + figure { padding-left: 4mm; }
svg { display: block; width: 100%; height: auto; }
.kept { white-space: nowrap; }
.small { font-size: 8pt; color: #5c6670; }
.mono { font-family: "DejaVu Sans Mono", Consolas, Menlo, monospace; font-size: 7.6pt;
  overflow-wrap: anywhere; }
@media print { html { background: none; } body { max-width: none; padding: 0; } h2 { margin-top: 2.5mm; } }
"""
