import type { EChartsCoreOption } from 'echarts/core';
import { HEIGHT, WIDTH } from './theme.ts';

/** ECharts numbers what it draws across a whole process; a file's ids must not depend on what was drawn before. */
const stableIds = (svg: string, name: string): string => {
  const seen = new Map<string, string>();
  return svg.replace(/\bzr\d+-([a-z]+)-?(\d+)\b/g, (id, kind: string) => {
    if (!seen.has(id)) seen.set(id, `${name}-${kind}${seen.size}`);
    return seen.get(id)!;
  });
};

/** Loads only the parts of ECharts that the charts use, and only when one is drawn. */
const load = async () => {
  const [core, { LineChart }, parts, { SVGRenderer }] = await Promise.all([
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/renderers'),
  ]);
  core.use([
    LineChart,
    parts.GridComponent,
    parts.LegendComponent,
    parts.MarkAreaComponent,
    parts.MarkLineComponent,
    parts.MarkPointComponent,
    parts.TitleComponent,
    SVGRenderer,
  ]);
  return core;
};

export interface Size {
  width: number;
  height: number;
}

export interface Drawing {
  svg: string;
  /** Where the points are that were asked for, pixels. */
  places: [number, number][];
}

/** Draws one chart without a browser, and says where in it points are. The same option gives the same SVG text, byte for byte. */
export const drawWithPlaces = async (
  name: string,
  option: EChartsCoreOption,
  size: Size,
  points: [number, number][],
): Promise<Drawing> => {
  const { init } = await load();
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size });
  try {
    chart.setOption(option);
    const places = points.map((point) => chart.convertToPixel({ gridIndex: 0 }, point) as [number, number]);
    return { svg: `${stableIds(chart.renderToSVGString(), name)}\n`, places };
  } finally {
    chart.dispose();
  }
};

/** The drawing alone, in the size that reports have. */
export const toSvg = async (name: string, option: EChartsCoreOption): Promise<string> =>
  (await drawWithPlaces(name, option, { width: WIDTH, height: HEIGHT }, [])).svg;
