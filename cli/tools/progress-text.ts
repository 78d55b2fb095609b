import { formatSeconds } from '../shared/duration.ts';
import type { ToolProgress } from './tool.ts';

/** One line of progress: which tool, by which way, for how long. */
export const toolProgressText = ({ tool, way, elapsed, text }: ToolProgress): string =>
  `${tool} by ${way}, ${formatSeconds(elapsed)}: ${text}`;
