// SPDX-License-Identifier: GPL-2.0-only
/*
 * One function for each question to the kernel's headers. The #line names the
 * question, so that one pass of the compiler answers all of them (see
 * probe.sh). No macros of our own here: errors inside them would be reported
 * at another place.
 */
/* Kbuild names only what becomes a part of the module; until 5.x headers with dynamic debug want it. */
#ifndef KBUILD_MODNAME
#define KBUILD_MODNAME "toa"
#endif

#include <linux/module.h>
#include <linux/net.h>
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <net/inet_connection_sock.h>
#include <net/inet_sock.h>
#include <net/sock.h>
#include <net/tcp.h>

#line 1 "probe:MUST_PASS"
int toa_must_pass(struct sock *sk) { return sk->sk_family; }

#line 1 "probe:MUST_FAIL"
int toa_must_fail(struct sock *sk) { return sk->toa_no_such_member; }

/* Since 6.19, and in stable trees: opt_child_init. */
#line 1 "probe:SYN_RECV_SOCK_7"
int toa_syn_recv_sock_7(void) { return sizeof(char[__builtin_types_compatible_p(typeof(((struct inet_connection_sock_af_ops *)0)->syn_recv_sock), struct sock *(*)(const struct sock *, struct sk_buff *, struct request_sock *, struct dst_entry *, struct request_sock *, bool *, void (*)(struct sock *, const struct sock *))) ? 1 : -1]); }

/* Since 4.4. */
#line 1 "probe:SYN_RECV_SOCK_6"
int toa_syn_recv_sock_6(void) { return sizeof(char[__builtin_types_compatible_p(typeof(((struct inet_connection_sock_af_ops *)0)->syn_recv_sock), struct sock *(*)(const struct sock *, struct sk_buff *, struct request_sock *, struct dst_entry *, struct request_sock *, bool *)) ? 1 : -1]); }

/* Before 4.4. */
#line 1 "probe:SYN_RECV_SOCK_4"
int toa_syn_recv_sock_4(void) { return sizeof(char[__builtin_types_compatible_p(typeof(((struct inet_connection_sock_af_ops *)0)->syn_recv_sock), struct sock *(*)(struct sock *, struct sk_buff *, struct request_sock *, struct dst_entry *)) ? 1 : -1]); }

/* Since 4.17: returns the length. */
#line 1 "probe:GETNAME_LENGTH"
int toa_getname_length(void) { return sizeof(char[__builtin_types_compatible_p(typeof(((struct proto_ops *)0)->getname), int (*)(struct socket *, struct sockaddr *, int)) ? 1 : -1]); }

/* Before 4.17: stores the length. */
#line 1 "probe:GETNAME_POINTER"
int toa_getname_pointer(void) { return sizeof(char[__builtin_types_compatible_p(typeof(((struct proto_ops *)0)->getname), int (*)(struct socket *, struct sockaddr *, int *, int)) ? 1 : -1]); }

/* Since 5.11; before, an ftrace callback got pt_regs. */
#line 1 "probe:FTRACE_REGS"
int toa_ftrace_regs(void) { return sizeof(char[__builtin_types_compatible_p(ftrace_func_t, void (*)(unsigned long, unsigned long, struct ftrace_ops *, struct ftrace_regs *)) ? 1 : -1]); }

/* Since 6.2. */
#line 1 "probe:FTRACE_REGS_ARGUMENT"
unsigned long toa_ftrace_regs_argument(struct ftrace_regs *fregs) { ftrace_regs_set_instruction_pointer(fregs, 1); return ftrace_regs_get_argument(fregs, 1); }

/* Since 3.19. */
#line 1 "probe:FTRACE_IPMODIFY"
int toa_ftrace_ipmodify(void) { return FTRACE_OPS_FL_IPMODIFY; }

/* Since 5.5. */
#line 1 "probe:FTRACE_PERMANENT"
int toa_ftrace_permanent(void) { return FTRACE_OPS_FL_PERMANENT; }

/* Until 5.10; since then, whoever wants a guard has to ask for it. */
#line 1 "probe:FTRACE_RECURSION_SAFE"
int toa_ftrace_recursion_safe(void) { return FTRACE_OPS_FL_RECURSION_SAFE; }

/* Since 4.20 on x86, later elsewhere. */
#line 1 "probe:REGS_GET_KERNEL_ARGUMENT"
unsigned long toa_regs_get_kernel_argument(struct pt_regs *regs) { return regs_get_kernel_argument(regs, 1); }

/* Since 4.18. */
#line 1 "probe:PROC_CREATE_SINGLE_DATA"
int toa_proc_create_single_data(void) { return sizeof(typeof(proc_create_single_data(NULL, 0, NULL, NULL, NULL))); }

/* Since 4.18. */
#line 1 "probe:PROC_CREATE_NET_DATA"
int toa_proc_create_net_data(void) { return sizeof(typeof(proc_create_net_data(NULL, 0, NULL, NULL, 0, NULL))); }

/* Since 3.19. */
#line 1 "probe:NS_COMMON"
unsigned int toa_ns_common(struct net *net) { return net->ns.inum; }

/* Since 4.2: sock_create_kern() takes the network namespace. */
#line 1 "probe:SOCK_CREATE_KERN_NET"
int toa_sock_create_kern_net(struct socket **sock) { return sock_create_kern(&init_net, 0, 0, 0, sock); }

/* Since 6.4. */
#line 1 "probe:MODULE_MEM"
void *toa_module_mem(void) { return THIS_MODULE->mem[MOD_TEXT].base; }

/* From 4.5 to 6.3. */
#line 1 "probe:MODULE_CORE_LAYOUT"
void *toa_module_core_layout(void) { return THIS_MODULE->core_layout.base; }

/* Since 4.13: tcp_parse_options() begins with the network namespace. */
#line 1 "probe:PARSE_OPTIONS_NET"
int toa_parse_options_net(void) { return sizeof(char[__builtin_types_compatible_p(typeof(tcp_parse_options), void(const struct net *, const struct sk_buff *, struct tcp_options_received *, int, struct tcp_fastopen_cookie *)) ? 1 : -1]); }

/* From 3.7 to 4.12. */
#line 1 "probe:PARSE_OPTIONS_COOKIE"
int toa_parse_options_cookie(void) { return sizeof(char[__builtin_types_compatible_p(typeof(tcp_parse_options), void(const struct sk_buff *, struct tcp_options_received *, int, struct tcp_fastopen_cookie *)) ? 1 : -1]); }

/* Until 2.6.32. */
#line 1 "probe:PARSE_OPTIONS_3"
int toa_parse_options_3(void) { return sizeof(char[__builtin_types_compatible_p(typeof(tcp_parse_options), void(struct sk_buff *, struct tcp_options_received *, int)) ? 1 : -1]); }

/* From 3.8 to 3.18. */
#line 1 "probe:PROC_INUM"
unsigned int toa_proc_inum(struct net *net) { return net->proc_inum; }

/* Since 2.6.33. */
#line 1 "probe:INET_DADDR"
unsigned int toa_inet_daddr(struct sock *sk) { return (unsigned int)inet_sk(sk)->inet_daddr; }

/* Since 2.6.33; the names were those of something else before. */
#line 1 "probe:RAW_SPIN_LOCK"
void toa_raw_spin_lock(void) { static DEFINE_RAW_SPINLOCK(lock); unsigned long flags; raw_spin_lock_irqsave(&lock, flags); raw_spin_unlock_irqrestore(&lock, flags); }

/* Since 4.6. */
#line 1 "probe:SCHEDULE_TIMEOUT_IDLE"
long toa_schedule_timeout_idle(void) { return schedule_timeout_idle(1); }
