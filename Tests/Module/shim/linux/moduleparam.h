/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_MODULEPARAM_H
#define SHIM_LINUX_MODULEPARAM_H

struct kernel_param;

struct kernel_param_ops {
	int (*set)(const char *text, const struct kernel_param *kp);
	int (*get)(char *buffer, const struct kernel_param *kp);
	void (*free)(void *unused);
};

/* A test finds a parameter by its name: shim_parameter_trusted. */
#define module_param_cb(name, ops, argument, mode) \
	const struct kernel_param_ops * const shim_parameter_##name = (ops)
#define MODULE_PARM_DESC(name, text) \
	struct shim_no_description_##name

#endif
