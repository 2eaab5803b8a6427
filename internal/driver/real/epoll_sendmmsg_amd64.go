//go:build linux && !portable

package real

const sysSendmmsg = 307 // package syscall has no name for it
