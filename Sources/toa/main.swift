// SPDX-License-Identifier: Apache-2.0
import Glibc
import ToaCommands

exit(await runToa(Array(CommandLine.arguments.dropFirst())))
