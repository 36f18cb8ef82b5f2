#define UTS_MACHINE "x86_64"
#define LINUX_COMPILER "gcc (SUSE Linux) 7.5.0, GNU ld (GNU Binutils; SUSE Linux Enterprise 15) 2.41.0.20230908-150100.7.46"
