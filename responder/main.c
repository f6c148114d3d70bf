// SPDX-License-Identifier: MIT
//
// The program ocspd.
#include "command/table.h"
#include "program/command.h"

int main(int argc, char **argv)
{
    return program_main(&ocspd_program, argc, argv);
}
