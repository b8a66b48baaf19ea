//go:build !linux

package faults

import "errors"

func mount(string, int64) error { return errors.ErrUnsupported }

func freeze(int) error { return errors.ErrUnsupported }

func thaw(int) error { return errors.ErrUnsupported }

func unmount(string) error { return errors.ErrUnsupported }

func room(string) (int64, error) { return 0, errors.ErrUnsupported }
