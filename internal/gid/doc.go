// Package gid returns the identity of the calling goroutine.
//
// An identity is the address of the runtime's descriptor of the goroutine. It
// is compared, and dereferenced by [Number] alone. Two goroutines that live at the same time
// have different identities. The runtime reuses the descriptor of a goroutine that has
// ended, so a stored identity must be cleared when its goroutine ends.
package gid
