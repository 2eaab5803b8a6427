// Package parts runs an example once more, as processes that do parts of its work. A part ends when
// the process ends that has started it, in whatever way.
package parts
