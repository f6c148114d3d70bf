# SPDX-License-Identifier: MIT
#
# The valid messages that the cases start from, with a name for each element and the error text
# for an element that cannot be read. Keys and signatures are octets without meaning: nothing is
# verified.
"""Requests, responses and certificates as trees of elements."""

from .der import El, NULL, integer, oid, raw

HASHES = {
    'sha1': ('1.3.14.3.2.26', 20),
    'sha224': ('2.16.840.1.101.3.4.2.4', 28),
    'sha256': ('2.16.840.1.101.3.4.2.1', 32),
    'sha384': ('2.16.840.1.101.3.4.2.2', 48),
    'sha512': ('2.16.840.1.101.3.4.2.3', 64),
}
RSA = '1.2.840.113549.1.1.1'
SHA256_RSA = '1.2.840.113549.1.1.11'
ECDSA_SHA256 = '1.2.840.10045.4.3.2'
EC_KEY = '1.2.840.10045.2.1'
P256 = '1.2.840.10045.3.1.7'
BASIC = '1.3.6.1.5.5.7.48.1.1'
UNKNOWN = '1.3.6.1.4.1.32473.1'

SIGNATURE = bytes(range(0xC0, 0xC8))
SIGNATURE_END = 'trailing bytes after signature and certs (RFC 6960 4.1.1, 4.2.1)'


def name(text='a'):
    """A Name with one commonName."""
    return raw(0x30, raw(0x31, raw(0x30, raw(0x06, oid('2.5.4.3')), raw(0x0C, text.encode()))))


def algorithm(label, oid_text, what, parameters=NULL, optional=False):
    """An AlgorithmIdentifier, all of whose faults have the same error text."""
    return El(label, 0x30,
              El(label + 'Oid', 0x06, oid(oid_text), what=what),
              *([El(label + 'Parameters', parameters[0], parameters[2:], what=what, optional=True,
                    any_tag=True)] if parameters else []),
              what=what, optional=optional)


# Extensions (RFC 5280 4.1)

def extension(label, oid_text, *value, critical=None):
    return El(label, 0x30,
              El(label + 'Id', 0x06, oid(oid_text),
                 what='extnID is not an OBJECT IDENTIFIER (RFC 5280 4.1)'),
              *([El(label + 'Critical', 0x01, critical, optional=True,
                    what='critical is not a BOOLEAN (RFC 5280 4.1)')] if critical else []),
              El(label + 'Value', 0x04, *value,
                 what='extnValue is not an OCTET STRING (RFC 5280 4.1)',
                 close='trailing bytes after the value of an extension (RFC 5280 4.1)'),
              what='Extension is not a SEQUENCE (RFC 5280 4.1)',
              close='trailing bytes after extnValue (RFC 5280 4.1)', repeated=True)


def extensions(label, tag, *items):
    """[tag] EXPLICIT Extensions"""
    return El(label, tag,
              El(label + 'List', 0x30, *items,
                 what='Extensions is not a SEQUENCE (RFC 5280 4.1)'),
              optional=True, what='Extensions is not in its tag (RFC 5280 4.1)',
              close='trailing bytes after Extensions inside their tag (RFC 5280 4.1)')


def nonce(octets=bytes(range(16))):
    return extension('nonce', '1.3.6.1.5.5.7.48.1.2', raw(0x04, octets))


def unknown_extension(label='unknown', oid_text=UNKNOWN, value=NULL, **more):
    return extension(label, oid_text, value, **more)


# Requests (RFC 6960 4.1.1)

def cert_id(label='', digest='sha1', serial=b'\x02', parameters=NULL):
    """A CertID; `label` precedes the names of its elements."""
    oid_text, size = HASHES[digest]
    what = 'hashAlgorithm is not an AlgorithmIdentifier (RFC 6960 4.1.1)'
    return El(label + 'certID', 0x30,
              algorithm(label + 'hashAlgorithm', oid_text, what, parameters),
              El(label + 'issuerNameHash', 0x04, bytes(range(0x10, 0x10 + size)),
                 what='issuerNameHash is not an OCTET STRING (RFC 6960 4.1.1)'),
              El(label + 'issuerKeyHash', 0x04, bytes(range(0x60, 0x60 + size)),
                 what='issuerKeyHash is not an OCTET STRING (RFC 6960 4.1.1)'),
              El(label + 'serialNumber', 0x02, serial,
                 what='serialNumber is not an INTEGER (RFC 6960 4.1.1)'),
              what='certID is not a SEQUENCE (RFC 6960 4.1.1)',
              close='trailing bytes after the serialNumber of a certID (RFC 6960 4.1.1)')


def single_request(label='', *items, **more):
    return El(label + 'Request', 0x30, cert_id(label, **more),
              *([extensions(label + 'singleRequestExtensions', 0xA0, *items)] if items else []),
              what='Request is not a SEQUENCE (RFC 6960 4.1.1)',
              close='trailing bytes after the fields of a Request (RFC 6960 4.1.1)', repeated=True)


def version(section, number=b'\x00'):
    what = f'version is not v1 ({section})'
    return El('version', 0xA0, El('versionNumber', 0x02, number, what=what), what=what,
              optional=True)


def requestor_name(general_name=None):
    what = 'requestorName is not a GeneralName (RFC 6960 4.1.1)'
    value = general_name or raw(0xA4, name('r'))
    return El('requestorName', 0xA1, El('generalName', value[0], value[2:], what=what),
              what=what, close='trailing bytes after requestorName inside its tag (RFC 6960 4.1.1)',
              optional=True)


def certs(*items):
    what = 'certs is not a SEQUENCE OF Certificate (RFC 6960 4.1.1, 4.2.1)'
    return El('certs', 0xA0, El('certsList', 0x30, *items, what=what), what=what, optional=True)


def closed_cert(label, der):
    """A certificate in a message; only its tag and length are read."""
    head = len(der) - int_of_length(der)
    return El(label, 0x30, der[head:], repeated=True,
              what='a certificate in certs is not a SEQUENCE (RFC 6960 4.1.1, 4.2.1)')


def int_of_length(der):
    if der[1] < 0x80:
        return der[1]
    return int.from_bytes(der[2:2 + (der[1] & 0x7F)], 'big')


def signature_parts(*items):
    return [algorithm('signatureAlgorithm', SHA256_RSA,
                      'signatureAlgorithm is not an AlgorithmIdentifier (RFC 6960 4.1.1, 4.2.1)'),
            El('signature', 0x03, b'\x00', SIGNATURE,
               what='signature is not a BIT STRING of whole bytes (RFC 6960 4.1.1, 4.2.1)'),
            *items]


def signature(*items):
    what = 'optionalSignature is not a SEQUENCE (RFC 6960 4.1.1)'
    return El('optionalSignature', 0xA0,
              El('SignatureSequence', 0x30, *signature_parts(*items), what=what,
                 close=SIGNATURE_END),
              what=what, close='trailing bytes after Signature inside its tag (RFC 6960 4.1.1)',
              optional=True)


def request(*parts, signed=()):
    """An OCSPRequest; without `parts` its request list holds one Request."""
    return El('OCSPRequest', 0x30,
              El('tbsRequest', 0x30, *(parts or [request_list()]),
                 what='TBSRequest is not a SEQUENCE (RFC 6960 4.1.1)',
                 close='trailing bytes after the fields of TBSRequest (RFC 6960 4.1.1)'),
              *signed,
              what='OCSPRequest is not a SEQUENCE (RFC 6960 4.1.1)',
              close='trailing bytes after the fields of OCSPRequest (RFC 6960 4.1.1)')


def request_list(*items):
    return El('requestList', 0x30, *(items or [single_request()]),
              what='requestList is not a SEQUENCE (RFC 6960 4.1.1)')


def request_with_extension(*items):
    return request(request_list(), extensions('requestExtensions', 0xA2, *(items or [nonce()])))


def signed_request(*items):
    return request(requestor_name(), request_list(), signed=[signature(*items)])


# Responses (RFC 6960 4.2.1)

THIS_UPDATE = b'20240403120000Z'
NEXT_UPDATE = b'20240410120000Z'
PRODUCED_AT = b'20240403120102Z'
REVOKED_AT = b'20231231235959Z'


def time(label, section='RFC 6960 4.2.1', value=THIS_UPDATE, **more):
    return El(label, 0x18, value, what=f'{label} is not a GeneralizedTime ({section})', **more)


def explicit(tag, element):
    """[tag] EXPLICIT around an OPTIONAL element, named after it."""
    return El(element.name + 'Field', tag, element, what=element.what, optional=True,
              close=f'trailing bytes after {element.name} inside its tag (RFC 6960 4.2.1)')


CERT_STATUS = 'certStatus is not good, revoked or unknown (RFC 6960 4.2.1)'


def good():
    return El('good', 0x80, what='good is not NULL (RFC 6960 4.2.1)', other=CERT_STATUS)


def unknown():
    return El('unknownStatus', 0x82, what='unknown is not NULL (RFC 6960 4.2.1)', other=CERT_STATUS)


def reason(number=b'\x01'):
    return explicit(0xA0, El('revocationReason', 0x0A, number,
                             what='revocationReason is not an ENUMERATED (RFC 6960 4.2.1)'))


def revoked(*parts):
    return El('revoked', 0xA1, time('revocationTime', value=REVOKED_AT), *parts,
              what='RevokedInfo is not a SEQUENCE (RFC 6960 4.2.1)', other=CERT_STATUS,
              close='trailing bytes after the fields of RevokedInfo (RFC 6960 4.2.1)')


def single_response(status=None, *parts, label='', **more):
    return El(label + 'SingleResponse', 0x30, cert_id(label, **more), status or good(),
              time(label + 'thisUpdate'), *parts,
              what='SingleResponse is not a SEQUENCE (RFC 6960 4.2.1)',
              close='trailing bytes after the fields of SingleResponse (RFC 6960 4.2.1)',
              repeated=True)


def next_update(value=NEXT_UPDATE):
    return explicit(0xA0, time('nextUpdate', value=value))


RESPONDER_ID = 'responderID is not byName or byKey (RFC 6960 4.2.1)'


def by_key(octets=bytes(range(0x80, 0x94))):
    return El('byKey', 0xA2,
              El('keyHash', 0x04, octets,
                 what='byKey is not an OCTET STRING (RFC 6960 4.2.1)'),
              what=RESPONDER_ID, close='trailing bytes after byKey inside its tag (RFC 6960 4.2.1)')


def by_name(text='o'):
    what = 'byName is not a Name (RFC 6960 4.2.1)'
    return El('byName', 0xA1, El('responderName', 0x30, name(text)[2:], what=what), what=what,
              other=RESPONDER_ID,
              close='trailing bytes after byName inside its tag (RFC 6960 4.2.1)')


def response_data(*singles, responder=None, before=(), after=()):
    return El('tbsResponseData', 0x30, *before, responder or by_key(),
              time('producedAt', value=PRODUCED_AT),
              El('responses', 0x30, *(singles or [single_response()]),
                 what='responses is not a SEQUENCE (RFC 6960 4.2.1)'),
              *after,
              what='ResponseData is not a SEQUENCE (RFC 6960 4.2.1)',
              close='trailing bytes after the fields of ResponseData (RFC 6960 4.2.1)')


def basic(data=None, *items):
    return El('BasicOCSPResponse', 0x30, data or response_data(), *signature_parts(*items),
              what='BasicOCSPResponse is not a SEQUENCE (RFC 6960 4.2.1)',
              close=SIGNATURE_END)


def response(*content, status=b'\x00', response_type=BASIC):
    """A successful OCSPResponse, with a BasicOCSPResponse unless `content` is given."""
    return El('OCSPResponse', 0x30,
              response_status(status),
              El('responseBytes', 0xA0,
                 El('ResponseBytesSequence', 0x30,
                    El('responseType', 0x06, oid(response_type),
                       what='responseType is not an OBJECT IDENTIFIER (RFC 6960 4.2.1)'),
                    El('response', 0x04, *(content or [basic()]),
                       what='response is not an OCTET STRING (RFC 6960 4.2.1)',
                       close='trailing bytes after the BasicOCSPResponse (RFC 6960 4.2.1)'),
                    what='ResponseBytes is not a SEQUENCE (RFC 6960 4.2.1)',
                    close='trailing bytes after the fields of ResponseBytes (RFC 6960 4.2.1)'),
                 what='responseBytes is not in its tag (RFC 6960 4.2.1)',
                 close='trailing bytes after ResponseBytes inside their tag (RFC 6960 4.2.1)',
                 other='successful without responseBytes (RFC 6960 4.2.1)', other_code='body'),
              what='OCSPResponse is not a SEQUENCE (RFC 6960 4.2.1)',
              close='trailing bytes after the fields of OCSPResponse (RFC 6960 4.2.1)')


def response_status(number):
    return El('responseStatus', 0x0A, number,
              what='responseStatus is not an ENUMERATED (RFC 6960 4.2.1)')


def error_response(number):
    return El('OCSPResponse', 0x30, response_status(number),
              what='OCSPResponse is not a SEQUENCE (RFC 6960 4.2.1)',
              close='trailing bytes after the fields of OCSPResponse (RFC 6960 4.2.1)')


# Certificates (RFC 5280 4.1)

PUBLIC_KEY = raw(0x30, raw(0x02, bytes.fromhex('00c1c2c3c4c5c6c7c9')), raw(0x02, integer(65537)))


def utc_time(label, value):
    return El(label, 0x17, value, what=f'{label} is not a Time (RFC 5280 4.1)')


def validity(before=b'240101000000Z', after=b'341231235959Z'):
    return El('validity', 0x30, utc_time('notBefore', before), utc_time('notAfter', after),
              what='Validity is not a SEQUENCE (RFC 5280 4.1)',
              close='trailing bytes after notAfter (RFC 5280 4.1)')


def spki():
    return El('subjectPublicKeyInfo', 0x30,
              algorithm('algorithm', RSA,
                        'algorithm of SubjectPublicKeyInfo is not an AlgorithmIdentifier '
                        '(RFC 5280 4.1)'),
              El('subjectPublicKey', 0x03, b'\x00', PUBLIC_KEY,
                 what='subjectPublicKey is not a BIT STRING of whole bytes (RFC 5280 4.1)'),
              what='SubjectPublicKeyInfo is not a SEQUENCE (RFC 5280 4.1)',
              close='trailing bytes after subjectPublicKey (RFC 5280 4.1)')


def cert_version(number=b'\x02'):
    what = 'version is not v1, v2 or v3 (RFC 5280 4.1)'
    return El('version', 0xA0, El('versionNumber', 0x02, number, what=what), what=what,
              optional=True)


def cert(*after, numbered=None, dates=None):
    """A Certificate: v1, or v3 with the elements of `after` following its key."""
    first = [numbered] if numbered else [cert_version()] if after else []
    return El('Certificate', 0x30,
              El('tbsCertificate', 0x30, *first,
                 El('serialNumber', 0x02, b'\x03',
                    what='serialNumber is not an INTEGER (RFC 5280 4.1)'),
                 algorithm('tbsSignature', SHA256_RSA,
                           'signature is not an AlgorithmIdentifier (RFC 5280 4.1)'),
                 El('issuer', 0x30, name('i')[2:],
                    what='issuer is not a Name (RFC 5280 4.1)'),
                 dates or validity(),
                 El('subject', 0x30, name('s')[2:],
                    what='subject is not a Name (RFC 5280 4.1)'),
                 spki(), *after,
                 what='TBSCertificate is not a SEQUENCE (RFC 5280 4.1)',
                 close='trailing bytes after the fields of TBSCertificate (RFC 5280 4.1)'),
              algorithm('signatureAlgorithm', SHA256_RSA,
                        'signatureAlgorithm is not an AlgorithmIdentifier (RFC 5280 4.1)'),
              El('signatureValue', 0x03, b'\x00', SIGNATURE,
                 what='signatureValue is not a BIT STRING of whole bytes (RFC 5280 4.1)'),
              what='Certificate is not a SEQUENCE (RFC 5280 4.1)',
              close='trailing bytes after the fields of Certificate (RFC 5280 4.1)')


def cert_with(*items):
    """A v3 certificate with these extensions."""
    return cert(extensions('extensions', 0xA3, *items))
