"""Writes robots.json: decisions of others about robots.txt files.

`google`: the cases of google/robotstxt's robots_test.cc (Apache-2.0), read out of the file by its expectations; cases that
the file itself marks as Google's own ways (GoogleOnly_) are left out but for its documentation's, and so is the one of
escaped unreserved characters, where RFC 9309 (2.2.2, table) decides otherwise.
`protego`: random files and paths, judged by protego.

Run as: python makeRobots.py robots_test.cc > robots.json   (pip install protego)
"""

import json
import random
import re
import sys

import protego
from protego import Protego

LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')


def text_of(expression):
    return ''.join(json.loads('"' + re.sub(r'\\x([0-9A-F]{2})', r'\\u00\1', part) + '"') for part in LITERAL.findall(expression))


def google(source):
    cases = []
    for test in re.finditer(r'TEST\(RobotsUnittest, (\w+)\) \{(.*?)\n\}\n', source, re.S):
        name, body = test.groups()
        if name.startswith('GoogleOnly_') and name != 'GoogleOnly_DocumentationChecks' or 'StrAppend' in body:
            continue
        names = {}
        token = re.compile(
            r'(?:const )?(?:absl::string_view|std::string|static const char) (\w+)(?:\[\])? =\s*((?:"(?:[^"\\]|\\.)*"\s*)+);'
            r'|EXPECT_(TRUE|FALSE)\(\s*IsUserAgentAllowed\(\s*([^,]+),\s*([^,]+),\s*((?:"(?:[^"\\]|\\.)*"\s*)+|\w+)\s*\)\)',
            re.S,
        )
        for found in token.finditer(body):
            variable, value, expected, robots, agent, url = found.groups()
            if variable is not None:
                names[variable] = text_of(value)
                continue
            read = lambda part: text_of(part) if '"' in part else names[part.strip()]
            robots, agent, url = read(robots), read(agent), read(url)
            if '%62%61%7A' in robots or re.search('[^ -~]', url) or not url or not re.fullmatch('[A-Za-z_-]+', agent):
                continue
            path = re.sub(r'^https?://[^/]*', '', url) or '/'
            cases.append({'test': name, 'robots': robots, 'product': agent, 'path': path, 'allowed': expected == 'TRUE'})
    return cases


def random_cases(count):
    rng = random.Random(7)
    cases = []
    for _ in range(count):
        lines = []
        for _ in range(rng.randint(1, 3)):
            lines += [f'User-agent: {rng.choice(["*", "Plumbline", "other", "PLUMBLINE"])}']
            for _ in range(rng.randint(1, 4)):
                pattern = '/' + ''.join(rng.choice(['a', 'b', '/', '*', 'a/b', '.html', '?q=', '%41']) for _ in range(rng.randint(0, 5)))
                lines.append(f'{rng.choice(["Allow", "Disallow"])}: {pattern}{rng.choice(["", "", "$"])}')
        robots = '\n'.join(lines) + '\n'
        for _ in range(4):
            path = '/' + ''.join(rng.choice(['a', 'b', '/', 'a/b', '.html', '?q=', 'A']) for _ in range(rng.randint(0, 6)))
            allowed = Protego.parse(robots).can_fetch(f'http://site{path}', 'Plumbline')
            cases.append({'robots': robots, 'path': path, 'allowed': allowed})
    return cases


json.dump({'protegoVersion': protego.__version__ if hasattr(protego, '__version__') else '', 'google': google(open(sys.argv[1], encoding='utf-8').read()), 'protego': random_cases(200)}, sys.stdout, indent=0)
