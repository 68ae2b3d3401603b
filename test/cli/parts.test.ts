import { describe, expect, test, vi } from 'vitest';
import { runCli, type CommandMaker } from '../../src/cli/cli.ts';
import { commands } from '../../src/cli/commands/index.ts';
import { exitCodeOf } from '../../src/cli/exit-code.ts';
import { progressOn } from '../../src/cli/progress.ts';
import { withStopSignals } from '../../src/cli/stop-signals.ts';
import { problem } from '../../src/model/problem.ts';
import { resultWith } from '../tell/results.ts';
import { Command } from 'commander';
import { collecting, newFolder, portolan } from './harness.ts';

const failing =
  (error: unknown): CommandMaker =>
  (_cli, act) =>
    new Command('fail').option('--json', '').action(
      act(() => {
        throw error;
      }),
    );

const failWith = async (error: unknown, args: string[] = ['fail'], env: NodeJS.ProcessEnv = {}) => {
  const terminal = collecting({ env });
  return { code: await runCli(args, terminal, [failing(error)], '1.0.0'), ...terminal.said };
};

describe('faults', () => {
  test('a problem is told with code, sentence, place and what to do', async () => {
    const where = { file: 'pipelines/a.yaml', line: 3, column: 5, pipeline: 'a' };
    const { code, out, err } = await failWith(problem('PIPELINE_UNKNOWN', 'No such.', { fix: 'Look.', where }));
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toBe('error PIPELINE_UNKNOWN No such.\n  at: pipelines/a.yaml:3:5, pipeline a\n  fix: Look.\n');
  });

  test('an error that nobody expected says neither its message nor its stack', async () => {
    const { code, err } = await failWith(new TypeError('secret of anna@a.example'));
    expect(code).toBe(1);
    expect(err).toContain('error INTERNAL An error that Portolan does not know ended the command (TypeError).');
    expect(err).not.toMatch(/anna|\bat .*:\d+/);
  });

  test('PORTOLAN_DEBUG=1 shows the stack and its cause', async () => {
    const error = new Error('outer', { cause: new Error('inner') });
    const { err } = await failWith(error, ['fail'], { PORTOLAN_DEBUG: '1' });
    expect(err).toMatch(/outer[\s\S]*parts\.test\.ts[\s\S]*caused by: Error: inner/);
  });

  test('under --json the fault is an object, and standard error still says it', async () => {
    const { out, err } = await failWith(problem('PIPELINE_UNKNOWN', 'No such.'), ['fail', '--json']);
    expect(JSON.parse(out)).toEqual({ format: 1, error: { code: 'PIPELINE_UNKNOWN', message: 'No such.' } });
    expect(err).toContain('No such.');
  });
});

describe('exit codes', () => {
  test.each([
    [{ status: 'done' }, false, 0],
    [{ status: 'done' }, true, 0],
    [{ status: 'failed', code: 'TOLERATE_EXCEEDED' }, true, 1],
    [{ status: 'failed', code: 'VARIABLE_MISSING' }, false, 2],
    [{ status: 'cancelled' }, false, 1],
    [{ status: 'interrupted' }, false, 1],
    [{ status: 'guarded' }, true, 3],
    [{ status: 'skipped' }, false, 5],
  ] as const)('%j, strict %s: %i', (over, isStrict, code) => {
    expect(exitCodeOf(resultWith(over), isStrict)).toBe(code);
  });

  test('rejected records matter under --strict only', () => {
    const { counts } = resultWith();
    const result = resultWith({ counts: { ...counts, rejected: 1 } });
    expect([exitCodeOf(result, false), exitCodeOf(result, true)]).toEqual([0, 4]);
  });
});

describe('signals', () => {
  const signalling = () => {
    const listeners: (() => void)[] = [];
    const exit = vi.fn();
    const terminal = collecting({
      exit,
      onSignal(listener) {
        listeners.push(listener);
        return () => void listeners.splice(listeners.indexOf(listener), 1);
      },
    });
    return { listeners, exit, terminal };
  };

  test('the first one aborts and lets the work end, the second one ends the process', async () => {
    const { listeners, exit, terminal } = signalling();
    const answer = await withStopSignals(terminal, async (signal) => {
      listeners[0]?.();
      expect(signal.aborted).toBe(true);
      expect(exit).not.toHaveBeenCalled();
      listeners[0]?.();
      return Promise.resolve('ended');
    });
    expect(answer).toBe('ended');
    expect(exit).toHaveBeenCalledExactlyOnceWith(1);
    expect(listeners).toHaveLength(0);
  });

  test('work that does not end after its grace is ended', async () => {
    const { listeners, exit, terminal } = signalling();
    const ended = new Promise<void>((resolve) => exit.mockImplementation(() => resolve()));
    await withStopSignals(
      terminal,
      async () => {
        listeners[0]?.();
        await ended;
      },
      1,
    );
    expect(exit).toHaveBeenCalledExactlyOnceWith(1);
  });
});

test('progress is shown at most ten times a second', () => {
  let now = 0;
  const terminal = collecting({ errIsTerminal: true });
  const progress = progressOn(terminal, () => now);
  const { counts } = resultWith();
  for (now = 0; now < 250; now += 50)
    progress.observe({ is: 'progress', phase: 'read', counts: { ...counts, read: now } });
  expect(terminal.said.err.match(/read \d+/g)).toEqual(['read 0', 'read 100', 'read 200']);
});

describe('help', () => {
  test('every command and every option is explained', async () => {
    const overview = await portolan(newFolder(), ['--help']);
    expect(overview.code).toBe(0);
    expect(overview.out).toContain('Exit codes: 0 done');
    for (const make of commands) {
      const command = make(undefined as never, () => async () => {});
      expect(overview.out).toContain(`  ${command.name()}`);
      const all = [command, ...command.commands];
      for (const one of all) {
        expect(one.description(), one.name()).toMatch(/\.$/);
        for (const option of one.options) expect(option.description, `${one.name()} ${option.flags}`).toMatch(/[.)]$/);
        for (const argument of one.registeredArguments) expect(argument.description, one.name()).not.toBe('');
      }
      expect((await portolan(newFolder(), [command.name(), '--help'])).out).toContain(
        `Usage: portolan ${command.name()}`,
      );
    }
  });

  test('--version is that of the package', async () => {
    expect((await portolan(newFolder(), ['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test('a misspelt command is told with the nearest, as a wrong command line', async () => {
    const { code, err } = await portolan(newFolder(), ['vaildate']);
    expect(code).toBe(2);
    expect(err).toContain('Did you mean validate');
  });
});
