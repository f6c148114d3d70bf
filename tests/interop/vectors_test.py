#!/usr/bin/python3
# SPDX-License-Identifier: MIT
#
# The OCSP messages of Debian's python3-cryptography-vectors through `ocsp show --json`,
# every field of it compared with the values that asn1crypto reads. Names of object
# identifiers are not in the messages; this file has a table of them.
"""Compares `ocsp show --json` with asn1crypto."""

import json
import os
import pathlib
import subprocess
import unittest

from asn1crypto import core, ocsp, parser

OCSP = os.environ['OCSP']
VECTORS = pathlib.Path(os.environ['VECTORS'])
N_VECTORS = 25

# Malformed messages, the place of the fault, and the reason.
REFUSED = {
    # Two nonces in requestExtensions.
    'req-duplicate-ext.der': (122, 'the same extension twice (RFC 5280 4.2)'),
    # An OCSPResponse of responseStatus successful (0) and nothing else.
    'resp-successful-no-response-bytes.der':
        (5, 'successful without responseBytes (RFC 6960 4.2.1)'),
    # responseStatus 7, the number after the last one that is defined.
    'resp-unknown-response-status.der': (2, 'responseStatus is not defined (RFC 6960 4.2.1)'),
}

# asn1crypto reads everything in responseBytes as a BasicOCSPResponse, but has no class for this
# type: `response` is compared as octets.
NOT_BASIC = {'resp-response-type-unknown-oid.der'}

STATUSES = {0: 'successful', 1: 'malformedRequest', 2: 'internalError', 3: 'tryLater',
            5: 'sigRequired', 6: 'unauthorized'}
REASONS = ['unspecified', 'keyCompromise', 'cACompromise', 'affiliationChanged', 'superseded',
           'cessationOfOperation', 'certificateHold', 'undefined', 'removeFromCRL',
           'privilegeWithdrawn', 'aACompromise']
HASHES = {'1.3.14.3.2.26': 'sha1', '2.16.840.1.101.3.4.2.1': 'sha256'}

# Names as libcrypto has them, and None for those that it does not know.
NAMES = {
    '1.2.840.10045.4.3.2': 'ecdsa-with-SHA256',
    '1.2.840.113549.1.1.1': 'rsaEncryption',
    '1.2.840.113549.1.1.11': 'sha256WithRSAEncryption',
    '1.2.840.113549.1.1.2': 'md2WithRSAEncryption',
    '1.3.14.3.2.26': 'sha1',
    '1.3.14.3.2.26.17': None,
    '1.3.6.1.4.1.37476.3.2.1.99.1': None,
    '1.3.6.1.5.5.7.3.9': 'OCSPSigning',
    '1.3.6.1.5.5.7.48.1.1': 'basicOCSPResponse',
    '1.3.6.1.5.5.7.48.1.50000': None,
}
ATTRIBUTES = {
    '2.5.4.3': 'CN', '2.5.4.5': 'serialNumber', '2.5.4.6': 'C', '2.5.4.7': 'L', '2.5.4.8': 'ST',
    '2.5.4.10': 'O', '2.5.4.11': 'OU', '2.5.4.13': 'description',
    '2.5.4.97': 'organizationIdentifier', '1.2.840.113549.1.9.1': 'emailAddress',
}
KEY_USAGES = ['digitalSignature', 'nonRepudiation', 'keyEncipherment', 'dataEncipherment',
              'keyAgreement', 'keyCertSign', 'cRLSign', 'encipherOnly', 'decipherOnly']
READ_IN_CERTS = {'2.5.29.35', '2.5.29.14', '2.5.29.15', '2.5.29.19', '2.5.29.37',
                 '1.3.6.1.5.5.7.1.1', '1.3.6.1.5.5.7.48.1.5', '1.3.6.1.5.5.7.1.24'}
DEVIATIONS = ['version-encoded', 'false-encoded', 'nonce-unwrapped', 'time-fraction',
              'serial-negative', 'serial-long']


def is_there(value):
    return not isinstance(value, core.Void) and value.native is not None


def items(value):
    return list(value) if is_there(value) else []


def children(value):
    """The tags and contents of the elements in a constructed one, as they are written."""
    contents, found = value.contents, []
    while contents:
        *_, header, content, trailer = parser.parse(contents)
        found.append((header[0], content))
        contents = contents[len(header) + len(content) + len(trailer):]
    return found


def oid(dotted):
    name = NAMES[dotted]
    return {'oid': dotted, 'name': name} if name else {'oid': dotted}


def algorithm(value):
    out = oid(value['algorithm'].dotted)
    parameters = value['parameters'].dump()
    if parameters:
        out['parameters'] = parameters.hex()
        assert parameters[0] != 0x06, 'an object identifier as parameter needs a comparison here'
    return out


def number(n):
    digits = f'{abs(n):x}'
    digits = digits.zfill(len(digits) + len(digits) % 2)
    return {'hex': ('-' if n < 0 else '') + digits, 'decimal': str(n)}


def escaped(text):
    """A value in a name (RFC 4514 2.4)."""
    out = ''.join('\\' + c if c in ',+"<>;\\' else c for c in text)
    if out[:1] in (' ', '#'):
        out = '\\' + out
    return out[:-1] + '\\ ' if out.endswith(' ') and len(text) > 1 else out


def name(value):
    rdns = []
    for rdn in value.chosen:
        rdns.append('+'.join(f'{ATTRIBUTES[pair["type"].dotted]}={escaped(pair["value"].native)}'
                             for pair in rdn))
    return ','.join(reversed(rdns))


class Reader:
    """One message as JSON, and the deviations that were found."""

    def __init__(self):
        self.met = set()

    def deviations(self):
        return [deviation for deviation in DEVIATIONS if deviation in self.met]

    def time(self, value):
        if b'.' in value.contents:
            self.met.add('time-fraction')
        return value.native.strftime('%Y-%m-%dT%H:%M:%SZ')

    def serial(self, value):
        if value.native < 0:
            self.met.add('serial-negative')
        if len(value.contents) - (value.contents[0] == 0) > 20:
            self.met.add('serial-long')
        return number(value.native)

    def version(self, tbs):
        if children(tbs)[0] == (0xA0, b'\x02\x01\x00'):
            self.met.add('version-encoded')

    def critical(self, extension):
        if (0x01, b'\x00') in children(extension):
            self.met.add('false-encoded')
        return extension['critical'].native

    def nonce(self, value):
        nonce = core.OctetString.load(value, strict=True)
        return nonce.native.hex()

    def extension(self, value):
        dotted = value['extn_id'].dotted
        content = value['extn_value'].contents
        out = {'name': 'other', 'oid': dotted, 'critical': self.critical(value),
               'value': content.hex()}
        if dotted == '1.3.6.1.5.5.7.48.1.2':
            out.update(name='nonce', value=self.nonce(content))
        elif dotted == '1.3.6.1.4.1.11129.2.4.5':
            scts = core.OctetString.load(content, strict=True)
            out.update(name='signedCertificateTimestamps', value=scts.native.hex())
        elif dotted == '2.5.29.21':
            code = int(core.Enumerated.load(content, strict=True).contents.hex(), 16)
            out.update(name='reasonCode', value={'code': code, 'name': REASONS[code]})
        else:
            assert dotted.startswith('1.3.6.1.5.5.7.48.1.2'), f'{dotted} needs a comparison here'
        return out

    def cert_id(self, value):
        hashed = algorithm(value['hash_algorithm'])
        if hashed['oid'] in HASHES:
            hashed['name'] = HASHES[hashed['oid']]
        return {'serial': self.serial(value['serial_number']),
                'issuer_name_hash': value['issuer_name_hash'].native.hex(),
                'issuer_key_hash': value['issuer_key_hash'].native.hex(),
                'hash_algorithm': hashed}

    def request(self, message):
        tbs = message['tbs_request']
        self.version(tbs)
        assert not is_there(tbs['requestor_name']), 'a requestorName needs a comparison here'
        assert not is_there(message['optional_signature']), 'a signature needs a comparison here'
        return {
            'requests': [{'cert_id': self.cert_id(one['req_cert']),
                          'extensions': [self.extension(extension) for extension
                                         in items(one['single_request_extensions'])]}
                         for one in tbs['request_list']],
            'extensions': [self.extension(one) for one in items(tbs['request_extensions'])],
            'signed': False,
            'deviations': self.deviations(),
        }

    def single(self, value):
        status = value['cert_status']
        out = {'status': status.name}
        if status.name == 'revoked':
            out['revocation_time'] = self.time(status.chosen['revocation_time'])
            if is_there(status.chosen['revocation_reason']):
                code = status.chosen['revocation_reason'].contents[0]
                out['revocation_reason'] = {'code': code, 'name': REASONS[code]}
        out['this_update'] = self.time(value['this_update'])
        later = value['next_update']
        out['next_update'] = self.time(later) if is_there(later) else None
        out['cert_id'] = self.cert_id(value['cert_id'])
        out['extensions'] = [self.extension(one) for one in items(value['single_extensions'])]
        return out

    def basic(self, value):
        tbs = value['tbs_response_data']
        self.version(tbs)
        who = tbs['responder_id']
        responder = ({'responder_name': name(who.chosen.untag())} if who.name == 'by_name'
                     else {'responder_key_hash': who.chosen.native.hex()})
        return {
            **responder,
            'produced_at': self.time(tbs['produced_at']),
            'responses': [self.single(one) for one in tbs['responses']],
            'extensions': [self.extension(one) for one in items(tbs['response_extensions'])],
            'signature_algorithm': algorithm(value['signature_algorithm']),
            'signature': value['signature'].native.hex(),
            'certificates': [Reader().cert(one) for one in items(value['certs'])],
        }

    def response(self, message, is_basic=True):
        out = {'status': STATUSES[message['response_status'].contents[0]]}
        body = message['response_bytes']
        if is_there(body):
            out['response_type'] = oid(body['response_type'].dotted)
            if is_basic:
                out.update(self.basic(body['response'].parsed))
            else:
                out['response'] = body['response'].contents.hex()
        out['deviations'] = self.deviations()
        return out

    def cert_extensions(self, value):
        """The extensions of a certificate by their object identifier."""
        out = {}
        for one in items(value['tbs_certificate']['extensions']):
            self.critical(one)
            out[one['extn_id'].dotted] = one
        return out

    def cert(self, value):
        tbs = value['tbs_certificate']
        found = self.cert_extensions(value)
        self.version(tbs)
        out = {
            'subject': name(tbs['subject']), 'issuer': name(tbs['issuer']),
            'serial': self.serial(tbs['serial_number']),
            'not_before': self.time(tbs['validity']['not_before'].chosen),
            'not_after': self.time(tbs['validity']['not_after'].chosen),
            **self.addresses(value), **self.flags(value, found), **self.key(value),
            'version': tbs['version'].contents[0] + 1,
            'signature_algorithm': algorithm(value['signature_algorithm']),
            'signature': value['signature_value'].native.hex(),
        }
        if tbs['signature'].dump() != value['signature_algorithm'].dump():
            out['tbs_signature_algorithm'] = algorithm(tbs['signature'])
        out['deviations'] = self.deviations()
        return out

    def addresses(self, value):
        out = {'ocsp_addresses': [], 'issuer_addresses': []}
        keys = {'1.3.6.1.5.5.7.48.1': 'ocsp_addresses', '1.3.6.1.5.5.7.48.2': 'issuer_addresses'}
        for one in value.authority_information_access_value or []:
            location = one['access_location']
            assert location.name == 'uniform_resource_identifier', 'needs a comparison here'
            out[keys[one['access_method'].dotted]].append(location.chosen.contents.decode())
        return out

    def flags(self, value, found):
        features = [one.contents for one in value.tls_feature_value or []]
        constraints = value.basic_constraints_value
        if constraints is not None and (0x01, b'\x00') in children(constraints):
            self.met.add('false-encoded')
        purposes = [one.dotted for one in value.extended_key_usage_value or []]
        return {
            'must_staple': b'\x05' in features, 'must_staple_v2': b'\x11' in features,
            'ca': constraints is not None and constraints['ca'].native,
            'ocsp_signing': '1.3.6.1.5.5.7.3.9' in purposes,
            'ocsp_nocheck': '1.3.6.1.5.5.7.48.1.5' in found,
            'has_unread_critical': any(one['critical'].native for dotted, one in found.items()
                                       if dotted not in READ_IN_CERTS),
        }

    def key(self, value):
        spki = value['tbs_certificate']['subject_public_key_info']
        out = {'key_algorithm': algorithm(spki['algorithm']),
               'public_key': spki['public_key'].contents[1:].hex()}
        if value.key_identifier_value is not None:
            out['subject_key_id'] = value.key_identifier_value.native.hex()
        aki = value.authority_key_identifier_value
        if aki is not None and is_there(aki['key_identifier']):
            out['authority_key_id'] = aki['key_identifier'].native.hex()
        if value.key_usage_value is not None:
            # The first bit of the BIT STRING is the first name.
            bits = tuple(core.BitString.load(value.key_usage_value.dump(), strict=True).native)
            out['key_usage'] = [usage for usage, bit in zip(KEY_USAGES, bits) if bit]
        if value.extended_key_usage_value is not None:
            out['key_purposes'] = [oid(one.dotted) for one in value.extended_key_usage_value]
        return out


def expected(path):
    der = path.read_bytes()
    is_request = '-req.' in path.name or path.name.startswith('req-')
    kind = ocsp.OCSPRequest if is_request else ocsp.OCSPResponse
    message = kind.load(der, strict=True)
    message.native
    reader = Reader()
    said = (reader.request(message) if is_request
            else reader.response(message, path.name not in NOT_BASIC))
    return {'file': str(path), 'type': 'request' if is_request else 'response',
            'octets': len(der), **said}


def show(path):
    return subprocess.run([OCSP, 'show', '--json', str(path)], capture_output=True, text=True,
                          timeout=60)


class Vectors(unittest.TestCase):
    maxDiff = None

    def test_all_are_there(self):
        paths = sorted(path.name for path in VECTORS.iterdir())
        self.assertEqual(len(paths), N_VECTORS)
        self.assertLessEqual(set(REFUSED) | NOT_BASIC, set(paths))


def accepted(path):
    def test(self):
        result = show(path)
        self.assertEqual((result.returncode, result.stderr), (0, ''))
        self.assertEqual(result.stdout.count('\n'), 1)
        self.assertEqual(json.loads(result.stdout), expected(path))
    return test


def refused(path, offset, what):
    def test(self):
        result = show(path)
        self.assertEqual(result.stderr, f'{path}: byte {offset}: {what}\n')
        self.assertEqual((result.returncode, result.stdout), (65, ''))
    return test


for vector in sorted(VECTORS.iterdir()):
    run = refused(vector, *REFUSED[vector.name]) if vector.name in REFUSED else accepted(vector)
    setattr(Vectors, 'test_' + vector.stem.replace('-', '_').replace('.', '_'), run)

if __name__ == '__main__':
    unittest.main()
