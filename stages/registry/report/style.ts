import { Html } from './html.js';

/** The report's style sheet: system fonts, one column, light and dark by the reader's setting, light on paper. */
export const STYLE = new Html(`
:root{color-scheme:light dark;--paper:#fdfdfc;--card:#f4f4f1;--ink:#1d1f23;--soft:#5d626b;--rule:#dcdcd7;--model:#1d5fd0;--baseline:#c2530a;--wrong:#c0262d;--onfull:#fff}
@media (prefers-color-scheme:dark){:root{--paper:#15171b;--card:#1e2126;--ink:#e9eaec;--soft:#a2a8b2;--rule:#363a42;--model:#7fb0ff;--baseline:#ffa45c;--wrong:#ff8087;--onfull:#0c0e12}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:62rem;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.05rem;font-weight:600;color:var(--soft);margin:0 0 .5rem;overflow-wrap:anywhere}
h2{font-size:1.3rem;margin:3rem 0 .75rem;padding-top:1.25rem;border-top:1px solid var(--rule)}
h3{font-size:1rem;margin:1.5rem 0 .5rem}
p{margin:.5rem 0;max-width:46rem}
.verdict .headline{font-size:clamp(1.6rem,4.5vw,2.4rem);line-height:1.15;font-weight:700;letter-spacing:-.015em;margin:.25rem 0 1rem;max-width:none;text-wrap:balance}
.verdict p{font-size:1.08rem}
.muted{color:var(--soft)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.75rem;margin:1.5rem 0}
.tiles>div{background:var(--card);border-radius:.6rem;padding:.8rem 1rem;min-width:0;display:flex;flex-direction:column;justify-content:space-between}
.tiles dt{color:var(--soft);font-size:.85rem;line-height:1.35}
.tiles dd{margin:.1rem 0 0;font-size:1.6rem;font-weight:650;font-variant-numeric:tabular-nums;line-height:1.25}
.tiles dd small{display:block;font-size:.85rem;font-weight:400;color:var(--soft)}
.tiles .model dd{color:var(--model)}.tiles .baseline dd{color:var(--baseline)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem;font-size:.94rem;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.45rem .9rem .45rem 0;border-bottom:1px solid var(--rule);vertical-align:baseline}
thead th{color:var(--soft);font-weight:500;font-size:.85rem;white-space:nowrap}
tbody th{font-weight:500}
td .muted{font-size:.88em}
td b+.muted{white-space:nowrap}
.confusion{width:auto;min-width:min(28rem,100%)}
.confusion caption{text-align:left;color:var(--soft);font-size:.85rem;padding-bottom:.4rem}
.confusion td,.confusion thead th{text-align:center}
.confusion tbody td{min-width:7rem;padding:.8rem;border:3px solid var(--paper);border-radius:.5rem;background:color-mix(in srgb,var(--tone) var(--share),var(--card))}
.confusion tbody th{padding-right:1rem;border:0}
.confusion thead th,.confusion thead td{border:0}
.confusion .right{--tone:var(--model)}.confusion .wrong{--tone:var(--wrong)}
.confusion b{font-size:1.2rem}.confusion span{font-size:.85rem;opacity:.85}
.confusion .full{color:var(--onfull)}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr));gap:0 2rem;align-items:start}
.columns>div:empty{display:none}
figure{margin:1rem 0;min-width:0}
figcaption{font-weight:600;margin-bottom:.25rem}
figure.wide{max-width:40rem}
.chart{display:block;width:100%;height:auto}
.chart .grid{stroke:var(--rule)}
.chart text{fill:var(--soft);font-size:13px}
.columns .chart text{font-size:15px}
.model{--tone:var(--model)}.baseline{--tone:var(--baseline)}.muted{--tone:var(--soft)}
.line{fill:none;stroke:var(--tone);stroke-width:2.2;stroke-linejoin:round}
.dashed{stroke-dasharray:7 5}
.dot{fill:var(--tone);stroke:var(--paper);stroke-width:1.5}
.whisker{fill:none;stroke:var(--tone);stroke-width:1.6;opacity:.75}
.mark{stroke:var(--soft);stroke-width:1.2;stroke-dasharray:2 4}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.25rem;margin:.25rem 0 0;font-size:.88rem;color:var(--soft)}
.legend svg{vertical-align:middle}
.mistakes{padding-left:1.4rem}
.mistakes li{margin:0 0 1.1rem;break-inside:avoid}
.mistakes .said{margin:0}
.score{color:var(--wrong);font-variant-numeric:tabular-nums;white-space:nowrap;margin:0 .5rem}
blockquote{margin:.3rem 0 0;padding:.1rem 0 .1rem .9rem;border-left:3px solid var(--rule);color:var(--soft);font-size:.93rem;overflow-wrap:anywhere;max-width:46rem}
mark{color:inherit;background:color-mix(in srgb,var(--tone) 22%,transparent);border-bottom:2px solid var(--tone);border-radius:.2rem;padding:0 .1rem}
mark.right,small.right{--tone:var(--model)}mark.missed,small.missed{--tone:var(--baseline)}mark.spurious,small.spurious{--tone:var(--wrong)}
mark.missed{border-bottom-style:dashed}mark.spurious{border-bottom-style:double;border-bottom-width:4px}
.entities{color:var(--ink);line-height:2;white-space:pre-wrap}.entities small{color:var(--tone);font-size:.72rem;font-weight:600;margin-right:.2rem;white-space:nowrap}
.marks mark{margin-right:.6rem}
code{font:.86em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.ids th{font-weight:400;padding-right:1.5rem}
.ids td{width:70%}
.settings{width:auto;font-size:.88rem}
.settings th,.settings td{padding-top:.25rem;padding-bottom:.25rem;font-weight:400}
.settings th{padding-right:2.5rem}
@media (max-width:40rem){main{padding:1.25rem 1rem 3rem}.chart text,.columns .chart text{font-size:17px}.confusion tbody td{min-width:5rem;padding:.6rem}td .muted{display:block}}
@media print{:root{color-scheme:light;--paper:#fff;--card:#f4f4f1;--ink:#000;--soft:#444;--rule:#ccc;--model:#1d5fd0;--baseline:#c2530a;--wrong:#c0262d;--onfull:#fff}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}body{font-size:10.5pt}main{max-width:none;padding:0}h2,h3,.confusion caption{break-after:avoid}h2{margin-top:1.5rem}figure,table,.tiles>div{break-inside:avoid}.recipe table{break-inside:auto}.scroll{overflow:visible}}
`);
