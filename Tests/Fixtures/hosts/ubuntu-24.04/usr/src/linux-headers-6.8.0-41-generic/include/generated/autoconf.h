/* Automatically generated file; DO NOT EDIT. */
#define CONFIG_MODULES 1
