export { runDemo, type DemoOptions, type DemoResult } from './demo.ts';
export { exportFile, makeNights, type Nights } from './nights.ts';
export { resultOf, runPortolan, type ChildAnswer } from './run-child.ts';
export { copyShippedWorkspace, packageFolder, sandboxEnvironment } from './workspace.ts';
