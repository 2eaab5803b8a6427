// Package internal has what edo's own packages know of each other and nobody
// else can name.
package internal
