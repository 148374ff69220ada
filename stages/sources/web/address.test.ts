import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createAllowList, isPublicAddress } from './address.js';

describe('isPublicAddress', () => {
  it.each([
    ['loopback', ['127.0.0.1', '127.255.255.254', '::1', '0.0.0.0', '::']],
    [
      'private',
      ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fd00:ec2::254', 'fc00::1', 'fec0::1'],
    ],
    [
      'link-local and metadata',
      ['169.254.169.254', '169.254.0.1', 'fe80::1', 'fe80::1%eth0', '168.63.129.16', '192.0.0.192'],
    ],
    ['shared (carrier-grade NAT)', ['100.64.0.1', '100.100.100.200', '100.127.255.255']],
    [
      'IPv4 within IPv6',
      [
        '::ffff:127.0.0.1',
        '::ffff:a00:1',
        '::127.0.0.1',
        '::7f00:1',
        '::ffff:0:127.0.0.1',
        '64:ff9b::7f00:1',
        '64:ff9b:1::a00:1',
        '2002:7f00:1::',
        '2001::1',
      ],
    ],
    [
      'reserved, documentation, multicast',
      [
        '198.18.0.1',
        '192.0.2.1',
        '203.0.113.9',
        '240.0.0.1',
        '255.255.255.255',
        '224.0.0.1',
        'ff02::1',
        '2001:db8::1',
        '100::1',
        '3fff::1',
      ],
    ],
    ['no address', ['localhost', '', 'example.com']],
  ])('refuses %s', (_what, addresses) => {
    expect(addresses.filter(isPublicAddress)).toEqual([]);
  });

  it('accepts public addresses', () => {
    const addresses = [
      '8.8.8.8',
      '1.1.1.1',
      '172.15.0.1',
      '172.32.0.1',
      '100.63.0.1',
      '100.128.0.1',
      '2606:4700::1111',
      '::ffff:8.8.8.8',
    ];
    expect(addresses.filter((address) => !isPublicAddress(address))).toEqual([]);
  });

  it('judges an IPv4 address the same in every form that the URL standard reads', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (number) => {
        const bytes = [24, 16, 8, 0].map((shift) => (number >>> shift) & 255);
        const dotted = bytes.join('.');
        const forms = [
          String(number),
          `0x${number.toString(16)}`,
          bytes.map((byte) => `0${byte.toString(8)}`).join('.'),
          bytes.map((byte) => `0x${byte.toString(16)}`).join('.'),
        ];
        for (const form of forms) {
          const { hostname } = new URL(`http://${form}/`);
          expect(hostname).toBe(dotted);
          expect(isPublicAddress(hostname)).toBe(isPublicAddress(dotted));
        }
        const mapped = new URL(`http://[::ffff:${dotted}]/`).hostname.slice(1, -1);
        expect(isPublicAddress(mapped)).toBe(isPublicAddress(dotted));
      }),
    );
  });
});

describe('createAllowList', () => {
  it('names a host at any port, or at one', () => {
    const allowed = createAllowList(['Intranet.corp', '127.0.0.1:8080', '[::1]:9', '::2']);
    expect(allowed('intranet.corp.', '443')).toBe(true);
    expect(allowed('sub.intranet.corp', '443')).toBe(false);
    expect([allowed('127.0.0.1', '8080'), allowed('127.0.0.1', '8081')]).toEqual([true, false]);
    expect([allowed('[::1]', '9'), allowed('::1', '10'), allowed('::2', '1')]).toEqual([true, false, true]);
  });
});
