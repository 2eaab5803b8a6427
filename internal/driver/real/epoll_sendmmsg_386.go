//go:build linux && !portable

package real

const sysSendmmsg = 345 // package syscall has no name for it
