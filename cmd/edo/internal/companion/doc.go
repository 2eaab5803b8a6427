// Package companion has the commands of edo that are programs and modules of their own, so that edo itself needs nothing of
// what they import. It finds and starts them.
package companion
