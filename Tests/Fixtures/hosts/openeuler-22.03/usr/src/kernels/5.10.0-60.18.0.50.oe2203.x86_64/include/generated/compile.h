#define UTS_MACHINE "x86_64"
#define LINUX_COMPILER "gcc_old (GCC) 10.3.1, GNU ld (GNU Binutils) 2.37"
