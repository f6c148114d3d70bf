#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Tests of header2mdoc.py: its output for a small header, and that it refuses a header in
# which a public symbol has no comment. `header2mdoc_test.sh [ROOT]`
set -eu

root=$(cd "${1:-$(dirname "$0")/../..}" && pwd)
script=$root/scripts/header2mdoc.py
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
passed=0
failed=0
cd "$work"
export SOURCE_DATE_EPOCH=1700000000

# is NAME STATUS OUTPUT ARGUMENT... runs the script, and expects this status and output.
is() {
    name=$1
    expected_status=$2
    expected=$3
    shift 3
    status=0
    "$script" "$@" >out 2>&1 || status=$?
    printf '%s\n' "$expected" >expected
    if [ "$status" -eq "$expected_status" ] && cmp -s expected out; then
        passed=$((passed + 1))
        echo "ok      $name"
    else
        failed=$((failed + 1))
        echo "FAILED  $name: status $status"
        diff expected out | sed 's/^/    /'
    fi
}

cat >other.h <<'END'
// SPDX-License-Identifier: MIT
//
// ocsp/other.h: something else
#include <ocsp/base.h>

// oc_other_use uses a box.
OC_API void oc_other_use(void);
END

cat >box.h <<'END'
// SPDX-License-Identifier: MIT
//
// ocsp/box.h: boxes for things
//
// A box (RFC 1234 2.1) is used by oc_other_use(). Link with libocsp-box, a library of
// its own.
//
// Example
//
//     oc_box_open(&box);
//
//     puts("\n");
//
// Caveats
//
// A box may be empty.
#ifndef OCSP_BOX_H
#define OCSP_BOX_H

#include <ocsp/other.h>

#ifdef __cplusplus
extern "C" {
#endif

// OC_BOX_MAX is the number of things in a box.
#define OC_BOX_MAX 10

// OC_BOX_RED and the macro below are colours.
#define OC_BOX_RED (1U << 0)   // the colour of fire
#define OC_BOX_HUE(n) (n << 1)  // another colour

// enum oc_box_kind is the kind of a box.
enum oc_box_kind {
    OC_BOX_NONE = 0,  // it has no kind
    // Boxes of wood.
    OC_BOX_OAK,  // an `enum oc_box_kind` for oc_box_open()
};

// Boxes

// struct oc_box is a box; `lid` may be NULL.
struct oc_box {
    struct oc_bytes lid;  // what closes it
    enum oc_box_kind a_very_long_name;  // a comment that makes the line too long for a page
};

// oc_box_open opens a box (see `box->lid`). These are checked:
//
// 1. It has a lid,
//    or is open.
// 2. It is full.
//
// Returns OC_OK; or
// - OC_ERR_ARGUMENT, OC_ERR_SPACE: `box` is not one.
// - OC_ERR_READ: the lid's lock is broken.
//
// .hidden files do not matter.
OC_API OC_MUST_USE enum oc_err
oc_box_open(struct oc_box *box, const char *const names[2],
            struct oc_error *err);

#ifdef __cplusplus
}
#endif

#endif
END

is page 0 "$(
    cat <<'END'
.\" Made from ocsp/box.h by header2mdoc.py.
.Dd November 14, 2023
.Dt OC_BOX 3
.Os
.Sh NAME
.Nm oc_box ,
.Nm oc_box_open
.Nd boxes for things
.Sh LIBRARY
.Pa libocsp-box
.Pq \-locsp-box
.Sh SYNOPSIS
.In ocsp/box.h
.Ft enum oc_err
.Fo oc_box_open
.Fa "struct oc_box *box"
.Fa "const char *const names[2]"
.Fa "struct oc_error *err"
.Fc
.Sh DESCRIPTION
A box (RFC 1234 2.1) is used by
.Xr oc_other_use 3 .
Link with libocsp-box, a library of its own.
.Pp
.Dv OC_BOX_MAX
is the number of things in a box.
.Bd -literal -offset indent
#define OC_BOX_MAX 10
.Ed
.Pp
.Dv OC_BOX_RED
and the macro below are colours.
.Bl -tag -width Ds
.It Dv OC_BOX_RED
The colour of fire.
.It Fn OC_BOX_HUE n
Another colour.
.El
.Pp
.Vt enum oc_box_kind
is the kind of a box.
.Bl -tag -width Ds
.It Dv OC_BOX_NONE No = 0
It has no kind.
.El
.Pp
Boxes of wood.
.Bl -tag -width Ds
.It Dv OC_BOX_OAK
an
.Vt enum oc_box_kind
for
.Fn oc_box_open
.El
.Ss Boxes
.Vt struct oc_box
is a box;
.Fa lid
may be
.Dv NULL .
.Bd -literal -offset indent
struct oc_box {
    struct oc_bytes lid;  // what closes it
    // a comment that makes the line too long for a page
    enum oc_box_kind a_very_long_name;
};
.Ed
.Pp
.Fn oc_box_open
opens a box (see
.Fa box->lid ) .
These are checked:
.Bl -enum
.It
It has a lid, or is open.
.It
It is full.
.El
.Pp
\&.hidden files do not matter.
.Sh RETURN VALUES
.Fn oc_box_open
returns
.Dv OC_OK ;
or
.Bl -tag -width Ds
.It Dv OC_ERR_ARGUMENT , Dv OC_ERR_SPACE
.Fa box
is not one.
.It Dv OC_ERR_READ
The lid's lock is broken.
.El
.Sh EXAMPLES
.Bd -literal -offset indent
oc_box_open(&box);

puts("\en");
.Ed
.Sh SEE ALSO
.Xr libocsp 3 ,
.Xr oc_other 3
.Sh STANDARDS
The sections that this page cites are those of RFC 1234.
.Sh CAVEATS
A box may be empty.
END
)" box.h

is names 0 oc_box_open --names box.h
is symbols 0 "$(
    printf '%s\n' OC_BOX_MAX OC_BOX_RED OC_BOX_HUE oc_box_kind OC_BOX_NONE OC_BOX_OAK oc_box \
        oc_box_open oc_other_use
)" --symbols box.h other.h

# broken SCRIPT makes a header from the right one with a sed script.
broken() {
    mkdir -p broken
    sed "$1" box.h >broken/box.h
    ! cmp -s box.h broken/box.h || exit 1
    echo "broken/box.h:$(grep -n "$2" broken/box.h | head -n 1 | cut -d: -f1)"
}

place=$(broken '/^\/\/ oc_box_open opens/,/^\/\/ \.hidden/d' '^OC_API')
is function_without_comment 1 \
    "$place: the comment above oc_box_open does not start with its name" broken/box.h
is function_without_comment_checked 1 \
    "$place: the comment above oc_box_open does not start with its name" --check broken/box.h
# Names are needed while a tree is configured, before the page is made.
is function_without_comment_named 0 oc_box_open --names broken/box.h

place=$(broken 's/^\/\/ oc_box_open opens/\/\/ Opens/' '^OC_API')
is function_comment_without_name 1 \
    "$place: the comment above oc_box_open does not start with its name" broken/box.h

place=$(broken 's/^OC_API OC_MUST_USE enum/enum/' '^enum oc_err$')
is function_not_exported 1 "$place: oc_box_open is not marked OC_API" broken/box.h

place=$(broken 's/^\/\/ struct oc_box is/\/\/ It is/' '^struct oc_box {')
is structure_comment_without_name 1 \
    "$place: the comment above struct oc_box does not start with its name" broken/box.h

place=$(broken 's/^    OC_BOX_OAK,.*/    OC_BOX_OAK,/' '^    OC_BOX_OAK')
is enumerator_without_comment 1 "$place: OC_BOX_OAK has no comment" broken/box.h

place=$(broken '/^\/\/ OC_BOX_MAX is/d' '^#define OC_BOX_MAX')
is macro_without_comment 1 "$place: OC_BOX_MAX has no comment" broken/box.h

place=$(broken 's/^\/\/ ocsp\/box.h: /\/\/ /' '^// boxes for things')
is title_missing 1 "$place: the head of the file does not begin with ocsp/box.h:" broken/box.h

usage='usage: header2mdoc.py [--names | --symbols | --check] HEADER...'
is header_missing 1 "$usage"
is option_unknown 1 "$usage" --new box.h
is pages_of_several_headers 1 "$usage" box.h other.h

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] || exit 1
