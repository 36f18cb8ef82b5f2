#define UTS_RELEASE "4.4.0-210-generic"
