// Package gid says which goroutine the caller is.
//
// An identity is the address of the runtime's descriptor of the goroutine. It
// is compared and never dereferenced. Two goroutines that live at the same time
// have different identities; the runtime reuses the descriptor of one that has
// ended, so whoever keeps an identity must forget it when its goroutine ends.
package gid
