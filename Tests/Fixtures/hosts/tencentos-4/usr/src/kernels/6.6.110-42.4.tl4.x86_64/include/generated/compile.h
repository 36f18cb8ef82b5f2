#define UTS_MACHINE "x86_64"
#define LINUX_COMPILER "gcc (Tencent Compiler 12.3.1.7) 12.3.1 20230912 (TencentOS 12.3.1.7-1), GNU ld (GNU Binutils) 2.41"
