# SPDX-License-Identifier: MIT
#
# Contents that the simple types do not allow (X.690 8 and 10, RFC 5280 4.1.2.5), named after
# their faults.
"""Wrong contents of simple types."""

from .der import oid

OID = {
    'empty': b'',
    'unfinished': oid('1.2.840.113549')[:-1] + b'\x8d',
    'padded_first_arc': b'\x80' + oid('1.2.3'),
    'padded_arc': oid('1.2') + b'\x80\x03',
}

INTEGER = {
    'empty': b'',
    'padded_with_zeros': b'\x00\x02',
    'padded_with_ones': b'\xff\x82',
    'zero_of_two_octets': b'\x00\x00',
}

ENUMERATED = {
    'empty': b'',
    'padded': b'\x00\x01',
    'negative': b'\xff',
    'of_five_octets': b'\x01\x00\x00\x00\x00',
    'of_32_bits': b'\x00\x80\x00\x00\x00',
}

BOOLEAN = {
    'empty': b'',
    'of_two_octets': b'\xff\xff',
    'one': b'\x01',
    'fe': b'\xfe',
}

BIT_STRING = {
    'empty': b'',
    'with_eight_unused_bits': b'\x08\xc0\x00',
    'with_unused_bits_of_nothing': b'\x01',
    'with_unused_bits_set': b'\x07\xc0',
}

BIT_STRING_OF_OCTETS = {
    **BIT_STRING,
    'with_one_unused_bit': b'\x01\xc0\xc2',
    'with_seven_unused_bits': b'\x07\xc0\x80',
}

NULL = {'with_content': b'\x00'}

TIME = {
    'empty': b'',
    'without_z': b'20240403120000',
    'ends_in_small_z': b'20240403120000z',
    'without_seconds': b'202404031200Z',
    'without_minutes': b'2024040312Z',
    'with_one_second_digit': b'2024040312000Z',
    'with_two_digit_year': b'240403120000Z',
    'with_offset': b'20240403120000+0100',
    'with_offset_zero': b'20240403120000+0000',
    'with_offset_and_z': b'20240403120000+0100Z',
    'in_year_0000': b'00000403120000Z',
    'in_month_00': b'20240003120000Z',
    'in_month_13': b'20241303120000Z',
    'on_day_00': b'20240400120000Z',
    'on_april_31': b'20240431120000Z',
    'on_january_32': b'20240132120000Z',
    'on_february_30': b'20240230120000Z',
    'on_february_29_of_2023': b'20230229120000Z',
    'on_february_29_of_1900': b'19000229120000Z',
    'in_hour_24': b'20240403240000Z',
    'in_minute_60': b'20240403126000Z',
    'in_second_60': b'20161231235960Z',
    'with_letter': b'2O240403120000Z',
    'with_sign': b'+0240403120000Z',
    'with_space': b'2024 403120000Z',
    'with_colon': b'20240403 12:00Z',
    'with_digit_above_nine': b'202404031200:0Z',
    'with_nul': b'20240403120000Z\x00',
    'with_dot': b'20240403120000.Z',
    'with_comma': b'20240403120000,5Z',
    'with_fraction_without_z': b'20240403120000.5',
    'with_letter_in_fraction': b'20240403120000.5aZ',
    'with_two_dots': b'20240403120000.5.5Z',
    'with_two_z': b'20240403120000ZZ',
}

# Each field of the type is tested with at least one of these.
FEW_TIMES = {fault: TIME[fault] for fault in ('in_month_13', 'without_seconds', 'with_offset')}

UTC_TIME = {
    'empty': b'',
    'without_z': b'240403120000',
    'without_seconds': b'2404031200Z',
    'with_four_digit_year': b'20240403120000Z',
    'with_offset': b'240403120000+0100',
    'with_fraction': b'240403120000.5Z',
    'in_month_00': b'240003120000Z',
    'in_month_13': b'241303120000Z',
    'on_day_00': b'240400120000Z',
    'on_february_30': b'240230120000Z',
    'on_february_29_of_2023': b'230229120000Z',
    'in_hour_24': b'240403240000Z',
    'in_minute_60': b'240403126000Z',
    'in_second_60': b'161231235960Z',
    'with_letter': b'2O0403120000Z',
}
