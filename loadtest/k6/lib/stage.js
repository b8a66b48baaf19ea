// What the runner has prepared for the scripts: addresses, tokens, sessions, games, how
// much to do. See loadtest/scenario/setup.go, which writes it.
export const stage = JSON.parse(open(__ENV.STAGE));

// pick is the profile of the form that was asked for, with what the caller wants instead.
export function pick(profiles) {
  const p = Object.assign({}, stage.long ? profiles.long : profiles.short);
  for (const name of ['rate', 'seconds', 'screens']) {
    if (stage[name] > 0 && p[name] !== undefined) {
      p[name] = stage[name];
    }
  }
  return p;
}
