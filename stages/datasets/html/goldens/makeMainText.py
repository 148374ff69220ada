"""Writes mainText.json: pages as sites make them, and what trafilatura reads of each.

Run as: python makeMainText.py > mainText.json   (pip install trafilatura lxml_html_clean)
"""

import json
import sys

import trafilatura

NAV = '<nav><ul>' + ''.join(f'<li><a href="/{word}">{word}</a></li>' for word in ['Home', 'World', 'Business', 'Sport', 'Login', 'Subscribe now']) + '</ul></nav>'
SIDE = '<aside class="sidebar"><h3>Most read</h3><ul>' + ''.join(f'<li><a href="/story/{n}">Another headline number {n}</a></li>' for n in range(12)) + '</ul><div class="ad">Advertisement: buy one, get one free</div></aside>'
FOOT = '<footer><p>© 2026 The Example Company. All rights reserved. <a href="/terms">Terms</a> <a href="/privacy">Privacy policy</a> <a href="/cookies">Cookies</a></p></footer>'
COOKIE = '<div id="cookie-banner" class="banner">We use cookies to improve your experience. <button>Accept all</button><button>Reject</button></div>'

NEWS = [
    'The harbour of Ardvik was closed to ships on Tuesday after a crane collapsed onto the northern quay during a storm that had been building over the bay since the early morning.',
    'Nobody was hurt, the port authority said, because the quay had been cleared two hours earlier when the wind, measured at the lighthouse, first passed the limit for work at height.',
    'Engineers will inspect the remaining three cranes on Wednesday. “We do not expect to open before the weekend,” said Ingrid Solheim, who has run the harbour for eleven years.',
    'Two container ships, the Marisol and the Northern Star, were sent on to neighbouring ports, while a third waits outside the breakwater for the tide and for a decision.',
    'Fishing boats, which use the smaller southern basin, are not affected, and the ferry to the islands runs to its ordinary timetable.',
]
MANUAL = [
    'To replace the filter, switch the pump off at the wall and wait for ten minutes, until the pressure gauge on the left side of the housing shows zero.',
    'Turn the lid anticlockwise with the key that came with the pump. If it does not move, do not use a hammer: pour warm water over the thread and try again.',
    'Take the old cartridge out, rinse the housing with clean water, and put the new cartridge in with the arrow pointing upwards.',
    'Grease the sealing ring with the silicone from the kit, never with oil, which makes the rubber swell, and close the lid by hand until it stops.',
]
FORUM = [
    'My bread never rises in winter. The kitchen has about sixteen degrees, I use dry yeast from the supermarket, and after three hours the dough looks just as it did when I made it.',
    'Yeast is slow when it is cold, it is not dead. Give it the whole night at that temperature, or put the bowl into the oven with only the lamp switched on, which makes about twenty-eight degrees.',
    'I second the oven lamp. Also weigh your salt: with more than two percent of the flour the yeast hardly works at all, whatever the temperature.',
]
JAPANESE = [
    '港の北側の岸壁で火曜日の朝、強風のためにクレーンが倒れ、港は週末まで閉鎖されることになった。けが人はなかったと港湾局は発表した。',
    '岸壁では二時間前に作業が中止されており、作業員は全員避難していた。残る三基のクレーンについては、水曜日に技術者が点検を行う予定である。',
    '漁船が使う南側の小さな港には影響がなく、島へ向かう連絡船も通常どおり運航している。港湾局は今後の天候に注意するよう呼びかけている。',
]


def paragraphs(texts):
    return ''.join(f'<p>{text}</p>\n' for text in texts)


def page(title, body, lang='en', head=''):
    return f'<!DOCTYPE html>\n<html lang="{lang}"><head><title>{title}</title>{head}</head>\n<body>{body}</body></html>\n'


PAGES = {
    'news': (page('Harbour closed after crane collapse | Example Times', COOKIE + '<header><h1 class="logo">Example Times</h1></header>' + NAV + '<main><article><h1>Harbour closed after crane collapse</h1><div class="byline">By A. Writer</div>' + paragraphs(NEWS[:3]) + '<div class="ad">Advertisement</div>' + paragraphs(NEWS[3:]) + '</article></main>' + SIDE + FOOT, head='<meta charset="utf-8"><meta property="article:published_time" content="2026-11-20T08:30:00+01:00">'), 'utf-8'),
    'manual': (page('Replacing the filter', NAV + '<div id="wrap"><div id="left">' + SIDE + '</div><div id="content"><h2>Replacing the filter</h2>' + paragraphs(MANUAL) + '</div></div>' + FOOT, head='<meta charset="utf-8">'), 'utf-8'),
    'tables': (page('Old page', '<table width="100%"><tr><td bgcolor="#ccc">' + NAV + '</td><td>' + paragraphs(NEWS) + '</td></tr></table>' + FOOT, head='<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">'), 'cp1252'),
    'forum': (page('Bread does not rise - Baking forum', NAV + '<div class="thread">' + ''.join(f'<div class="post"><div class="content"><p>{text}</p></div></div>' for text in FORUM) + '</div>' + FOOT, head='<meta charset="utf-8">'), 'utf-8'),
    'japanese': (page('港が閉鎖', NAV + '<main><article><h1>港が閉鎖</h1>' + paragraphs(JAPANESE) + '</article></main>' + FOOT, lang='ja', head='<meta charset="shift_jis">'), 'shift_jis'),
}

cases = []
for name, (html, charset) in PAGES.items():
    raw = html.encode(charset, 'xmlcharrefreplace')
    text = trafilatura.extract(html, include_comments=True, include_tables=True, favor_recall=False)
    cases.append({'name': name, 'bytes': raw.decode('latin-1'), 'text': text})
json.dump({'trafilatura': trafilatura.__version__, 'cases': cases}, sys.stdout, ensure_ascii=True, indent=1)
