/* SPDX-License-Identifier: GPL-2.0-only */
/* The sockets that have an address, shown in /proc/net/toa_table. */
#ifndef TOA_TABLE_H
#define TOA_TABLE_H

int toa_table_init(void);
/* Waits for those who are reading. */
void toa_table_exit(void);

#endif
