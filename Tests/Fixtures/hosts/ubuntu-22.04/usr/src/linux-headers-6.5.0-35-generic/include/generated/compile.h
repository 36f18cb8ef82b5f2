#define UTS_MACHINE "x86_64"
#define LINUX_COMPILER "x86_64-linux-gnu-gcc-12 (Ubuntu 12.3.0-1ubuntu1~22.04) 12.3.0, GNU ld (GNU Binutils for Ubuntu) 2.38"
