//go:build !unix

package main

import "math"

// makeFilesPrivate leaves the permissions of files to the folder's.
func makeFilesPrivate() {}

// maxOpenFiles: there is no limit that could be read.
func maxOpenFiles() uint64 { return math.MaxInt64 }
