#define UTS_RELEASE "5.4.0-205-generic"
