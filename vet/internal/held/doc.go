// Package held follows which locks a function surely holds at each call: those that it has locked on every path
// to the call, and has not unlocked on any, itself or by a function of the package. A lock whose address is taken, or that a
// function literal unlocks, is no longer followed.
package held
